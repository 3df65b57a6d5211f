"""TensorBoard's data from our data server, where an experiment is a token that names the runs to show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from tensorboard.data.grpc_provider import GrpcDataProvider

from dashboard.chosen_runs import belongs, keys_of

Value = TypeVar("Value")


class ChosenRunsProvider(GrpcDataProvider):  # type: ignore[misc]
    """All runs where the experiment is no token; to be imported after `without_tensorflow.register_stub`."""

    def list_runs(self, ctx: Any, *, experiment_id: str) -> list[Any]:
        """The runs of the experiment."""
        keys = keys_of(experiment_id)
        runs = super().list_runs(ctx, experiment_id=experiment_id)
        return [run for run in runs if not keys or belongs(run.run_name, keys)]

    def list_scalars(self, ctx: Any, *, experiment_id: str, **asked: Any) -> dict[str, Any]:
        """The curves of the experiment, by run and tag."""
        return _only(experiment_id, super().list_scalars(ctx, experiment_id=experiment_id, **asked))

    def read_scalars(self, ctx: Any, *, experiment_id: str, **asked: Any) -> dict[str, Any]:
        """Their points."""
        return _only(experiment_id, super().read_scalars(ctx, experiment_id=experiment_id, **asked))

    def read_last_scalars(self, ctx: Any, *, experiment_id: str, **asked: Any) -> dict[str, Any]:
        """Their last points."""
        return _only(experiment_id, super().read_last_scalars(ctx, experiment_id=experiment_id, **asked))

    def list_tensors(self, ctx: Any, *, experiment_id: str, **asked: Any) -> dict[str, Any]:
        """Histograms, texts and hyperparameters, by run and tag."""
        return _only(experiment_id, super().list_tensors(ctx, experiment_id=experiment_id, **asked))

    def read_tensors(self, ctx: Any, *, experiment_id: str, **asked: Any) -> dict[str, Any]:
        """Their values."""
        return _only(experiment_id, super().read_tensors(ctx, experiment_id=experiment_id, **asked))

    def list_blob_sequences(self, ctx: Any, *, experiment_id: str, **asked: Any) -> dict[str, Any]:
        """Images and graphs, by run and tag."""
        return _only(experiment_id, super().list_blob_sequences(ctx, experiment_id=experiment_id, **asked))

    def read_blob_sequences(self, ctx: Any, *, experiment_id: str, **asked: Any) -> dict[str, Any]:
        """The keys under which they are read."""
        return _only(experiment_id, super().read_blob_sequences(ctx, experiment_id=experiment_id, **asked))


def _only(experiment_id: str, found: Mapping[str, Value]) -> dict[str, Value]:
    keys = keys_of(experiment_id)
    return {run: value for run, value in found.items() if not keys or belongs(run, keys)}
