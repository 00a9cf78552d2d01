// Live tensors, the number of threads and Torch's global generator belong to the process: tests must not run side by side.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
