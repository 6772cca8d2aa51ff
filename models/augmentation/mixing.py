"""Operations that lend an image what another image of its batch looks like. Images are float32 (B,H,W,1) in 0 to 1."""

import tensorflow as tf

SMALLEST = 1e-6  # amplitude below which a frequency has no phase to speak of


def amplitude_mix(images: tf.Tensor, strength: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Move the amplitude of the spectrum towards that of another image of the batch; the phase stays.

        F' = ((1 - s) |F| + s |G|) F / |F|,   F, G the 2D Fourier transforms of an image and of its partner

    Gain, dynamic range, resolution and speckle size of a scanner stand mostly in the amplitude, and where borders are
    mostly in the phase. A batch holds images of every domain, so images of one domain take on the looks of the others
    and their labels come along.

    Source: Xu et al. 2021, "A Fourier-based Framework for Domain Generalization" (FACT, arXiv 2105.11120), amplitude
    mix.

    Args:
        strength: s in 0 to 1, (B,1,1,1).
        seed: int64 (2,), decides the partners; an image may be its own.
    """
    size = tf.shape(images)[1:3]
    partners = tf.random.experimental.stateless_shuffle(tf.range(tf.shape(images)[0]), seed)
    spectrum = tf.signal.rfft2d(images[..., 0])
    amplitude = tf.abs(spectrum)
    mixed = amplitude + strength[..., 0] * (tf.gather(amplitude, partners) - amplitude)
    scaled = spectrum * tf.cast(mixed / tf.maximum(amplitude, SMALLEST), spectrum.dtype)
    return tf.clip_by_value(tf.signal.irfft2d(scaled, size)[..., None], 0.0, 1.0)
