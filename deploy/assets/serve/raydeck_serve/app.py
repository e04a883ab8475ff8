"""The application: an ingress before the model. `serve build raydeck_serve.app:entrypoint` makes serve.yaml of it."""

from raydeck_serve.ingress import Ingress
from raydeck_serve.model import Model

entrypoint = Ingress.bind(Model.bind())  # type: ignore[attr-defined]  # serve.deployment makes them deployments
