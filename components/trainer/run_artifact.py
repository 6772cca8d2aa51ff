"""The model_run channel: name of its file."""

RUN = "training.json"  # the parameters, the best epoch, and the metrics of each epoch
