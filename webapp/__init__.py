"""The site and the commands: Flask, Folium, and the services both call."""

__version__ = "0.1.0"
