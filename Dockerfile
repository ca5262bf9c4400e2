# The digest of the index, which holds for every processor. The newest is what `docker buildx imagetools inspect
# python:3.13-slim-bookworm` says: docker build --build-arg PYTHON=3.13-slim-bookworm@sha256:… .
ARG PYTHON=3.13.16-slim-bookworm@sha256:a1165e272e578941b84abc79e4ab38a0305cd12803a5c4247979ac7655f4d641

FROM python:${PYTHON} AS packages
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
# The packages change seldom, the code often: two layers, here and below.
COPY requirements.lock requirements-redis.lock ./
RUN python -m venv /venv && \
    /venv/bin/python -m pip install --only-binary=:all: --require-hashes -r requirements.lock -r requirements-redis.lock
COPY app.py ./
COPY .streamlit/config.toml .streamlit/config.toml
COPY dropviz/ dropviz/
RUN /venv/bin/python -m compileall -q app.py dropviz

FROM python:${PYTHON}
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    PORT=8501
# Streamlit looks for settings in a home. Nothing is written there, or anywhere: the root may be read-only.
RUN useradd --no-log-init --create-home --uid 10001 dropviz
COPY --from=packages /venv /venv
COPY --from=packages /app /app
WORKDIR /app
USER 10001
EXPOSE 8501
# The slim image has no curl.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os; from urllib.request import urlopen; base = os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '').strip('/'); urlopen('http://127.0.0.1:' + '/'.join(filter(None, (os.environ['PORT'], base, 'healthz'))), timeout=4)"]
CMD ["sh", "-c", "exec python -m streamlit run app.py --server.port=\"$PORT\" --server.address=0.0.0.0"]
