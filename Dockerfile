# The image of one room, for those who build without Bazel:
#
#   docker build --build-arg ROOM=candle_ingestor --tag tradestream/candle_ingestor .
#
# It holds what the Bazel image of the room holds, at the same places (`tools/images`),
# and the room's kernels compiled beforehand.

# That of MODULE.bazel: python:3.13-slim. A test holds the two together.
ARG BASE=python:3.13-slim@sha256:914bf5c12ea40a97a78b2bff97fbdb766cc36ec903bfb4358faf2b74d73b555b

FROM ${BASE} AS builder
WORKDIR /build
# Everything locked, once for all rooms, so that what they import can be looked up.
COPY requirements.txt .
RUN python3 -m venv venv \
    && venv/bin/pip install --no-cache-dir --no-deps --only-binary=:all: \
    --require-hashes --requirement requirements.txt
COPY protos protos
COPY services services
COPY tradestream tradestream
COPY charts/tradestream/rooms.yaml charts/tradestream/rooms.yaml
COPY platform platform
COPY tools tools

# Code for any processor of the architecture, since nodes differ from this machine; as
# LLVM names it, e.g. x86-64-v3, where all of yours are alike.
ARG CPU=generic
ENV NUMBA_CACHE_DIR=/build/kernels NUMBA_CPU_NAME=${CPU} NUMBA_CPU_FEATURES=
RUN venv/bin/python -m tradestream.backtest.compile

ARG ROOM
RUN venv/bin/python -m tools.images lay /app "${ROOM}" \
    && venv/bin/python -m tools.images requirements "${ROOM}" > room.txt \
    && venv/bin/pip install --no-cache-dir --no-compile --no-deps \
    --only-binary=:all: --require-hashes --target /app/ext --requirement room.txt \
    # A twelfth of an image, and nothing that a room imports.
    && find /app/ext -type d -name tests -prune -exec rm -r {} + \
    && python3 -m compileall -q -x "/tests?/" --invalidation-mode unchecked-hash /app \
    && mkdir /app/kernels \
    && if [ -d /app/ext/numba ]; then cp -r kernels /app; fi \
    # An entrypoint in the form of a list knows no arguments of the build.
    && printf '#!/bin/sh\nexec /app/bin/%s "$@"\n' "${ROOM}" > /app/bin/room \
    && chmod 755 /app/bin/room

FROM ${BASE}
ARG CPU=generic
ENV PYTHONUNBUFFERED=1 NUMBA_CACHE_DIR=/app/kernels \
    NUMBA_CPU_NAME=${CPU} NUMBA_CPU_FEATURES=
COPY --from=builder /app/ext /app/ext
COPY --from=builder /app/kernels /app/kernels
COPY --from=builder /app/src /app/src
COPY --from=builder /app/bin /app/bin
USER 65532:65532
ENTRYPOINT ["/app/bin/room"]
