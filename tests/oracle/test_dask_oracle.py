"""Run a sweep on a cluster of Dask: its executor is one of the standard library's, and the bits stay the same."""

import pytest
from distributed import Client, LocalCluster  # type: ignore[import-not-found]

import dropviz as dv

pytestmark = pytest.mark.oracle


def bits(result: dv.Sweep) -> list[bytes]:
    moments = (
        result.mean,
        result.mean_se,
        result.variance,
        result.variance_se,
        result.rms_gap,
        result.gap_se,
    )
    return [values.tobytes() for values in moments]


@pytest.mark.parametrize("replicates", [1, 3])
@pytest.mark.filterwarnings("default")  # a cluster's own
def test_two_workers_of_dask_give_the_bits_of_none(replicates: int) -> None:
    config = dv.SweepConfig(units=400_000, rates=(0.0, 0.1, 0.5), replicates=replicates, seed=3)
    alone = bits(dv.sweep(config))
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        assert len(client.scheduler_info()["workers"]) == 2
        assert bits(dv.sweep(config, executor=client.get_executor())) == alone
