"""The same steps on several devices: TensorFlow's mirrored variables."""

import tensorflow as tf

from skae.engine._tensorflow import TensorFlowProgram, _count


class DistributedProgram(TensorFlowProgram):
    """Each device takes its share of every mini-batch; gradients are summed.

    Built and used inside ``strategy.scope()``. The loss of a mini-batch is the mean of
    the devices' losses, weighted by their rows: the same as on one device, but for
    penalties that are no means over rows (the divergence of sparse autoencoders), which
    are those of each device's rows.
    """

    def _connect(self):
        self._strategy = tf.distribute.get_strategy()
        super()._connect()

    def _batch(self, step, batch, weight, loss_weights):
        strategy = self._strategy
        n_shares = strategy.num_replicas_in_sync
        n_batch = _count(weight)

        def share(values):
            return strategy.experimental_distribute_values_from_function(
                lambda context: values[context.replica_id_in_sync_group :: n_shares]
            )

        def on_one_device(batch, weight):
            return step(batch, weight, loss_weights, n_batch)

        shares = {name: share(values) for name, values in batch.items()}
        sums = strategy.run(on_one_device, args=(shares, share(weight)))
        return strategy.reduce("SUM", sums, axis=None)

    def _apply(self, optimizer, gradients, variables):
        optimizer.apply(gradients, variables)
