"""What a user may set of the training."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, model_validator

from components.base import Parameters
from components.label_dropout import LabelDropoutParameters
from models.augmentation import Augmentation
from models.losses import make_loss

Fraction = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A group of parameters: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LossParameters(Section):
    """Which partial loss, and how much of its soft Dice is added to the cross entropy.

    Attributes:
        name: One of cce, acce, marginal, abce, leaf_dice: see models.losses.
        dice_weight: Weight of the soft Dice over present structures beside the cross entropy; 0 leaves it out.
        options: Further arguments of that loss, for example exclusion_weight of marginal.
    """

    name: str = "marginal"
    dice_weight: float = Field(default=1.0, ge=0)
    options: dict[str, Any] = {}

    @model_validator(mode="after")
    def _can_be_made(self) -> "LossParameters":
        make_loss(self.name, dice_weight=self.dice_weight, **self.options)
        return self


class NetworkParameters(Section):
    """How large the U-Net is; its depth follows from the image size.

    Attributes:
        base_features: Channels of the first level; they double at each level.
        max_levels: Most resolutions the network may have.
        deep_supervision: Whether coarser levels of the decoder are trained with a loss of their own.
    """

    base_features: PositiveInt = 16
    max_levels: Annotated[int, Field(ge=2, le=8)] = 6
    deep_supervision: bool = False


class OptimizerParameters(Section):
    """The optimizer, with a polynomial decay of the learning rate to zero over the whole training.

    Attributes:
        name: adamw, or sgd with Nesterov momentum as in nnU-Net.
        learning_rate: At the first step.
        weight_decay: Decoupled, as in AdamW.
        momentum: Of sgd.
        clip_norm: Largest norm of the whole gradient.
        decay_power: 1 is a straight line to zero.
        average_momentum: Validation and the saved model use an exponential moving average of the weights with this
            momentum; 0 uses the weights themselves.
    """

    name: Literal["adamw", "sgd"] = "adamw"
    learning_rate: PositiveFloat = 2e-3
    weight_decay: float = Field(default=1e-4, ge=0)
    momentum: float = Field(default=0.99, ge=0, lt=1)
    clip_norm: PositiveFloat = 1.0
    decay_power: PositiveFloat = 0.9
    average_momentum: float = Field(default=0.99, ge=0, lt=1)


class TrainerParameters(Parameters):
    """All of the training.

    Attributes:
        loss: The partial loss.
        label_dropout: Which labels are hidden in training.
        network: The size of the U-Net.
        optimizer: How weights follow the gradient.
        augmentation: How training images vary.
        batch_size: Global batch size, shared out over the replicas.
        epochs: Reporting intervals: each ends with validation and a checkpoint.
        steps_per_epoch: Batches an epoch; none means one pass through the training split.
        patience: Epochs without a better validation Dice before training stops early; none never stops.
        watch: Split whose Dice by domain and structure is written down after each epoch, for curves; it decides
            nothing.
        tflite: Also write the network for TFLite, with weights as float16, or with weights and activations as int8 that
            are calibrated on validation images.
        precision: Of activations; weights and loss stay float32, and so does the served model.
        logical_cpus: Replicas on a machine without a GPU.
        seed: Decides initial weights, order, label dropout and augmentation.
    """

    loss: LossParameters = LossParameters()
    label_dropout: LabelDropoutParameters = LabelDropoutParameters()
    network: NetworkParameters = NetworkParameters()
    optimizer: OptimizerParameters = OptimizerParameters()
    augmentation: Augmentation = Augmentation()
    batch_size: PositiveInt = 8
    epochs: PositiveInt = 10
    steps_per_epoch: PositiveInt | None = None
    patience: PositiveInt | None = None
    watch: Literal["val", "test"] | None = None
    tflite: tuple[Literal["float16", "int8"], ...] = ()
    precision: Literal["float32", "mixed_float16", "mixed_bfloat16"] = "float32"
    logical_cpus: Annotated[int, Field(ge=1, le=64)] = 1
    seed: int = Field(default=0, ge=0, lt=2**31)
