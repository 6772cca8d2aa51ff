"""Asking a TensorFlow Serving server for masks, over gRPC or REST."""
