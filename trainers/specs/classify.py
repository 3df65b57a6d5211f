"""The task classify: train a network to name what an image shows."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pydantic

from trainers.specs import every_task
from trainers.specs.settings import setting

CONVOLUTIONAL = ("simple_cnn", "deep_cnn", "lenet5", "fast_cnn", "alexnet_small", "resnet_small")
RECURRENT = ("rnn", "gru", "lstm")
WITH_ACTIVATION = ("mlp", *CONVOLUTIONAL)  # a recurrent cell has non-linearities of its own
WITH_DROPOUT = ("mlp", "simple_cnn", "deep_cnn", "lenet5", "fast_cnn", "alexnet_small", *RECURRENT)
WITH_BATCH_NORM = ("mlp", "simple_cnn", "deep_cnn", "lenet5", "fast_cnn", "alexnet_small")
ON_VECTORS = ("softmax", "mlp")  # they take any numbers; the others look at neighbouring pixels
IMAGES = ("pixels", "pooled")  # features that are still images


class ClassifySpec(pydantic.BaseModel):
    """Train a network to name what an image shows."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False
    )

    task: Literal["classify"] = "classify"
    dataset: Literal["mnist-5k", "mnist", "fashion-mnist", "own"] = setting(
        "mnist-5k",
        label="Data set",
        description="The images to learn: 5,000 bundled digits, all 70,000 digits, 70,000 pieces of clothing, your own",
        group="common",
    )
    data_path: Path | None = setting(
        None,
        label="Own images",
        description="A folder or a .zip with a folder of images for each class, or an .npz with x and y",
        group="common",
        only_for={"dataset": ("own",)},
    )
    model: Literal[
        "softmax",
        "mlp",
        "simple_cnn",
        "deep_cnn",
        "lenet5",
        "fast_cnn",
        "alexnet_small",
        "resnet_small",
        "rnn",
        "gru",
        "lstm",
    ] = setting(
        "softmax",
        label="Model",
        description="The network, from one softmax layer to residual and recurrent networks",
        group="common",
    )
    activation: Literal["relu", "sigmoid", "tanh", "leaky_relu", "elu", "gelu", "swish"] = setting(
        "relu",
        label="Activation",
        description="The non-linearity after each hidden layer",
        group="common",
        only_for={"model": WITH_ACTIVATION},
    )
    epochs: int = setting(
        5,
        label="Epochs",
        description="How often the network sees every training image",
        group="common",
        ge=1,
        le=10_000,
    )
    learning_rate: float = setting(
        1e-3,
        label="Learning rate",
        description="The step size of the optimizer, at its highest where a schedule changes it",
        group="common",
        logarithmic=True,
        gt=0,
        le=1e7,
    )
    batch_size: int = setting(
        128,
        label="Batch size",
        description="How many images one training step sees; as many as there are, where there are fewer",
        unit="images",
        group="common",
        ge=1,
        le=60_000,
    )
    depth: int = setting(
        2,
        label="Depth",
        description="How many hidden layers the perceptron has, or how many residual blocks stand in each stage",
        unit="layers",
        group="network",
        only_for={"model": ("mlp", "resnet_small")},
        ge=1,
        le=50,
    )
    width: int = setting(
        128,
        label="Width",
        description="How many neurons each hidden layer has, or how many numbers a recurrent network remembers",
        unit="neurons",
        group="network",
        only_for={"model": ("mlp", "rnn", "gru", "lstm")},
        ge=1,
        le=4096,
    )
    dropout: float = setting(
        0.0,
        label="Dropout",
        description="The share of the hidden outputs that each training step switches off",
        group="network",
        only_for={"model": WITH_DROPOUT},
        ge=0,
        lt=1,
    )
    batch_norm: bool = setting(
        False,
        label="Batch normalisation",
        description="Bring each hidden layer's outputs to mean 0 and variance 1 over the batch",
        group="network",
        only_for={"model": WITH_BATCH_NORM},
    )
    l2: float = setting(
        0.0,
        label="L2 penalty",
        description="How strongly large weights are punished: this times the sum of their squares joins the loss",
        group="network",
        ge=0,
        le=10,
    )
    initializer: Literal[
        "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_normal", "small_normal", "zeros"
    ] = setting(
        "glorot_uniform",
        label="Initialiser",
        description="How the starting weights are drawn",
        group="network",
    )
    optimizer: every_task.Optimizer = every_task.OPTIMIZER
    momentum: float = every_task.MOMENTUM
    beta_1: float = every_task.BETA_1
    beta_2: float = every_task.BETA_2
    weight_decay: float = every_task.WEIGHT_DECAY
    schedule: Literal["constant", "exponential", "step", "cosine", "one_cycle"] = setting(
        "constant",
        label="Learning-rate schedule",
        description="How the learning rate changes while the network trains",
        group="training",
    )
    decay_rate: float = setting(
        0.5,
        label="Decay rate",
        description="What the learning rate is multiplied by every so many epochs",
        group="training",
        only_for={"schedule": ("exponential", "step")},
        gt=0,
        lt=1,
    )
    decay_epochs: float = setting(
        1.0,
        label="Decay every",
        description="After how many epochs the learning rate is multiplied by the decay rate",
        unit="epochs",
        group="training",
        only_for={"schedule": ("exponential", "step")},
        gt=0,
        le=10_000,
    )
    steps: int = setting(
        0,
        label="Steps",
        description="Stop after so many training steps, even within an epoch; 0 trains all epochs",
        unit="steps",
        group="training",
        ge=0,
        le=100_000_000,
    )
    label_smoothing: float = setting(
        0.0,
        label="Label smoothing",
        description="The share of certainty that the true label gives to all classes",
        group="training",
        ge=0,
        lt=1,
    )
    moving_average: float = setting(
        0.0,
        label="Moving average",
        description="Judge the network by an average of its weights that keeps this share at each step; 0 is off",
        group="training",
        ge=0,
        lt=1,
    )
    early_stopping: int = every_task.EARLY_STOPPING
    seed: int = every_task.SEED
    deterministic: bool = every_task.DETERMINISTIC
    pace: float = every_task.PACE
    train_share: float = setting(
        1.0,
        label="Share of the training data",
        description="The part of the training images that is used, of every class alike",
        group="data",
        gt=0,
        le=1,
    )
    features: Literal["pixels", "pooled", "pca"] = setting(
        "pixels",
        label="Features",
        description="What the network sees: all pixels, means over squares of pixels, or principal components",
        group="data",
    )
    pooling: int = setting(
        2,
        label="Pooling",
        description="The side of the squares whose pixels are averaged",
        unit="pixels",
        group="data",
        only_for={"features": ("pooled",)},
        ge=2,
        le=14,
    )
    components: int = setting(
        50,
        label="Components",
        description="How many principal components of the training images are kept",
        group="data",
        only_for={"features": ("pca",)},
        ge=1,
        le=784,
    )
    shift: float = setting(
        0.0,
        label="Shift",
        description="Move each training image at random by up to so many pixels",
        unit="pixels",
        group="data",
        only_for={"features": IMAGES},
        ge=0,
        le=14,
    )
    rotation: float = setting(
        0.0,
        label="Rotation",
        description="Turn each training image at random by up to so many degrees",
        unit="degrees",
        group="data",
        only_for={"features": IMAGES},
        ge=0,
        le=180,
    )
    scale: float = setting(
        0.0,
        label="Scale",
        description="Grow or shrink each training image at random by up to this share",
        group="data",
        only_for={"features": IMAGES},
        ge=0,
        le=0.9,
    )
    elastic: float = setting(
        0.0,
        label="Elastic distortion",
        description="Bend each training image at random by up to about so many pixels",
        unit="pixels",
        group="data",
        only_for={"features": IMAGES},
        ge=0,
        le=14,
    )
    mnist_file: Path | None = setting(
        None,
        label="MNIST file",
        description="A file mnist.npz in Keras' layout to use instead of a download",
        group="data",
        only_for={"dataset": ("mnist",)},
    )
    image_size: int = setting(
        0,
        label="Image size",
        description="The side of the squares that own images become; 0 keeps images of one size up to 128, "
        "and otherwise takes the median of their longer sides, at most 64",
        unit="pixels",
        group="data",
        only_for={"dataset": ("own",)},
        ge=0,
        le=512,
    )
    color: Literal["auto", "grey", "rgb"] = setting(
        "auto",
        label="Colour",
        description="Whether own images are seen in grey or in red, green and blue; auto is grey where all of them are",
        group="data",
        only_for={"dataset": ("own",)},
    )
    histograms: bool = every_task.HISTOGRAMS
    norms: bool = every_task.NORMS
    feature_images: bool = setting(
        True,
        label="Filters and feature maps",
        description="Write pictures of the first layer's filters and of what each layer sees in one image",
        group="summaries",
    )
    mistake_images: bool = setting(
        True,
        label="Mistakes",
        description="Write pictures of the confusion matrix and of wrongly named images",
        group="summaries",
    )
    precision_recall: bool = setting(
        True,
        label="Precision and recall",
        description="Write a precision-recall curve of each class over the validation images",
        group="summaries",
    )
    projector: bool = setting(
        True,
        label="Embedding projector",
        description="Write the last hidden layer's answers to some test images, to be seen as points in space",
        group="summaries",
    )
    precision: Literal["float32", "bfloat16"] = setting(
        "float32",
        label="Precision",
        description="The numbers of the layers' arithmetic: bfloat16 is faster where the processor computes in it",
        group="machine",
        only_for={"model": (*WITH_ACTIVATION, *RECURRENT)},
    )
    device: Literal["best", "cpu", "gpu"] = every_task.DEVICE
    threads: int = every_task.THREADS
    gpu: int = every_task.GPU
    gpu_memory: int = every_task.GPU_MEMORY

    @pydantic.model_validator(mode="after")
    def _makes_sense(self) -> ClassifySpec:
        every_task.refuse_without_effect(self)
        if self.dataset == "own" and self.data_path is None:
            raise ValueError(
                "Data set own needs your images: name a folder, a .zip or an .npz with Own images (--data-path FOLDER)."
            )
        if self.features == "pca" and self.model not in ON_VECTORS:
            raise ValueError(
                f"Features pca and model {self.model} do not go together, since principal components are no image: "
                f"choose the model {' or '.join(ON_VECTORS)}, or features pixels or pooled."
            )
        return self
