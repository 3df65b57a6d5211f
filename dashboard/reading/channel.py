"""How both of its clients, our reader and TensorBoard, talk to the data server."""

from __future__ import annotations

import grpc

_OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    # After a kill the data server is back within a second; gRPC's own patience would grow to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.enable_http_proxy", 0),
]


def open_channel(address: str) -> grpc.Channel:
    """A channel to "127.0.0.1:PORT"; it connects when it is used, and again whenever the server comes back."""
    return grpc.insecure_channel(address, options=_OPTIONS)
