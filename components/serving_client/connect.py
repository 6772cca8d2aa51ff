"""The protocol follows from the address."""

from components.serving_client.over_grpc import GrpcServer
from components.serving_client.over_rest import RestServer
from components.serving_client.server import Server, Target


def connect(target: Target) -> Server:
    """REST for http:// and https:// addresses, gRPC for all others."""
    return RestServer(target) if target.address.startswith(("http://", "https://")) else GrpcServer(target)
