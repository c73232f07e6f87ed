"""What happens to every answer on its way out."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressAllButStreams(GZipMiddleware):
    """Compresses, because a megabyte costs some people an hour's wage. A stream of events must not wait for a full block."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if response.streaming else super().process_response(request, response)
