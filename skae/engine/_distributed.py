"""Training on several devices, with TensorFlow's mirrored variables."""

import tensorflow as tf

from skae.engine._tensorflow import TensorFlowProgram, _count


class DistributedProgram(TensorFlowProgram):
    """Program that splits every mini-batch over the devices and sums the gradients.

    Built and used inside ``strategy.scope()``. The loss of a mini-batch is the mean of
    the losses of the devices, weighted by their rows. It equals the loss on one device,
    except for penalties that are not means over rows (the divergence of sparse
    autoencoders): these are computed from the rows of each device.
    """

    def _connect(self):
        self._strategy = tf.distribute.get_strategy()
        self._n_devices = self._strategy.num_replicas_in_sync
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
