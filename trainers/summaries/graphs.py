"""The two graphs of TensorBoard's Graphs page: Keras' layers, and TensorFlow's operations of one training step."""

from __future__ import annotations

import time

import keras
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.util.tensor_util import make_tensor_proto
from tensorflow.types.experimental import ConcreteFunction


def layer_graph(model: keras.Model) -> Event:
    """The model's layers ("Conceptual graph"), in the form that Keras' own TensorBoard callback writes."""
    metadata = SummaryMetadata()
    metadata.plugin_data.plugin_name = "graph_keras_model"
    metadata.plugin_data.content = b"1"  # the version of the form
    value = Summary.Value(tag="keras", metadata=metadata, tensor=make_tensor_proto(model.to_json()))
    return Event(step=0, wall_time=time.time(), summary=Summary(value=[value]))


def operation_graph(training_step: ConcreteFunction) -> Event:
    """The operations of one training step ("Run graph"): forward, loss, gradients and the optimizer's update."""
    graph = training_step.graph.as_graph_def(add_shapes=True)
    return Event(step=0, wall_time=time.time(), graph_def=graph.SerializeToString())
