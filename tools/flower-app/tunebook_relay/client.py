"""Clients are processes of Tunebook, which never run this."""

from flwr.clientapp import ClientApp

app = ClientApp()
