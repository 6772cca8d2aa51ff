"""Which operations vary the training images, and how strongly."""

from typing import Annotated

import tensorflow as tf
from pydantic import BaseModel, ConfigDict, Field

from models.augmentation import intensity, mixing, spatial, ultrasound
from models.augmentation.draws import chosen_change, chosen_strength, split_seed

Fraction = Annotated[float, Field(ge=0, le=1)]


class Augmentation(BaseModel):
    """How strongly training images vary; zero switches an operation off.

    Attributes:
        probability: Share of images that each intensity operation is applied to; geometry always varies.
        rotation_degrees: Largest rotation to either side.
        scale: Largest relative change of size: 0.2 means 1/1.2 to 1.2.
        translation: Largest shift as a fraction of the side.
        elastic_pixels: Largest displacement of a smooth deformation.
        gamma: Largest relative change of the exponent: 0.5 means 1/1.5 to 1.5.
        contrast: Largest relative change of contrast around the image's mean.
        attenuation: Largest change of brightness at the top against the bottom.
        edge_shadow: Darkest shadow on one side of the sector.
        speckle: Largest standard deviation of smooth multiplicative noise.
        blur_pixels: Standard deviation of the Gaussian blur, mixed in by an image's own weight.
        low_resolution: Factor by which resolution is lost, mixed in by an image's own weight; 1 is none.
        noise: Largest standard deviation of added Gaussian noise, on intensities 0 to 1.
        amplitude_mix: Largest share of the spectrum's amplitude that comes from another image of the batch, so that
            images of one domain take on the looks of the others.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    probability: Fraction = 0.5
    rotation_degrees: float = Field(default=0.0, ge=0, le=180)
    scale: Fraction = 0.0
    translation: Fraction = 0.0
    elastic_pixels: float = Field(default=0.0, ge=0, le=64)
    gamma: float = Field(default=0.0, ge=0, le=2)
    contrast: Fraction = 0.0
    attenuation: Fraction = 0.0
    edge_shadow: Fraction = 0.0
    speckle: Fraction = 0.0
    blur_pixels: float = Field(default=0.0, ge=0, le=8)
    low_resolution: float = Field(default=1.0, ge=1, le=8)
    noise: Fraction = 0.0
    amplitude_mix: Fraction = 0.0

    def __call__(self, images: tf.Tensor, masks: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Vary one batch.

        Args:
            images: (B,H,W,1) float32 in 0 to 1.
            masks: (B,H,W) uint8 structure ids.
            seed: int64 (2,), different for each batch.

        Returns:
            Images and masks of the same shapes and dtypes; masks hold only ids they held before, and 0.
        """
        space_seed, light_seed, echo_seed, mix_seed = split_seed(seed, 4)
        images, masks = self._space(images, masks, space_seed)
        images = self._mix(images, mix_seed)
        return self._camera(self._echo(images, echo_seed), light_seed), masks

    def _mix(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        if not self.amplitude_mix:
            return images
        strength_seed, partner_seed = split_seed(seed, 2)
        strength = self.amplitude_mix * chosen_strength(tf.shape(images)[0], self.probability, strength_seed)
        return mixing.amplitude_mix(images, strength, partner_seed)

    def _space(self, images: tf.Tensor, masks: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        affine_seed, elastic_seed = split_seed(seed, 2)
        if self.elastic_pixels:
            images, masks = spatial.elastic(images, masks, self.elastic_pixels, elastic_seed)
        if self.rotation_degrees or self.scale or self.translation:
            images, masks = spatial.affine(
                images, masks, self.rotation_degrees, self.scale, self.translation, affine_seed
            )
        return images, masks

    def _echo(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        batch, seeds = tf.shape(images)[0], split_seed(seed, 4)
        if self.speckle:
            strength = chosen_strength(batch, self.probability, seeds[0])
            images = ultrasound.speckle(images, strength, self.speckle, seeds[1])
        if self.attenuation:
            change = chosen_change(batch, self.probability, seeds[2])
            images = ultrasound.attenuation(images, change, self.attenuation)
        if self.edge_shadow:
            change = chosen_change(batch, self.probability, seeds[3])
            images = ultrasound.edge_shadow(images, change, self.edge_shadow)
        return images

    def _camera(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        batch, seeds = tf.shape(images)[0], split_seed(seed, 6)
        if self.blur_pixels:
            images = intensity.blur(images, chosen_strength(batch, self.probability, seeds[0]), self.blur_pixels)
        if self.low_resolution > 1:
            strength = chosen_strength(batch, self.probability, seeds[1])
            images = intensity.low_resolution(images, strength, self.low_resolution)
        if self.contrast:
            images = intensity.contrast(images, chosen_change(batch, self.probability, seeds[2]), self.contrast)
        if self.gamma:
            images = intensity.gamma(images, chosen_change(batch, self.probability, seeds[3]), self.gamma)
        if self.noise:
            strength = chosen_strength(batch, self.probability, seeds[4])
            images = intensity.noise(images, strength, self.noise, seeds[5])
        return images
