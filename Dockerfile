# The app for a group, with a login: docs/server.md
FROM python:3.11-slim

# libgomp1: threads of Numba, PyTorch and FINUFFT
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*

# PyTorch's own builds for processors without a GPU, within the bounds of pyproject.toml: a tenth of the size
RUN pip install --no-cache-dir "torch>=2.6,<2.14" --index-url https://download.pytorch.org/whl/cpu

WORKDIR /app
COPY pyproject.toml README.md LICENSE ./
COPY glassviz ./glassviz
COPY data ./data
# In place, so that the embedded data lie where the package looks for them
RUN pip install --no-cache-dir --editable . \
    && python -m compileall -q glassviz

RUN useradd --create-home --uid 1000 glassviz \
    && mkdir /home/glassviz/data \
    && chown glassviz:glassviz /home/glassviz/data \
    && mkdir -p /var/cache/numba \
    && chown glassviz:glassviz /var/cache/numba
USER glassviz

# Results, accounts and the secret of the cookies; kernels are compiled once
ENV GLASSVIZ_HOME=/home/glassviz/data \
    NUMBA_CACHE_DIR=/var/cache/numba \
    PYTHONUNBUFFERED=1
VOLUME /home/glassviz/data
EXPOSE 5006

HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5006/liveness', timeout=5)"]

ENTRYPOINT ["glassviz"]
CMD ["serve", "--address", "0.0.0.0", "--port", "5006", "--auth", "basic"]
