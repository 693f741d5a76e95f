"""The API as it is built when the area is installed."""

from django.urls import path

from guanxi.config.api import build_api

urlpatterns = [path("api/v1/", build_api().urls)]
