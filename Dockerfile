FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# A home of its own: Streamlit looks for settings there.
RUN useradd --create-home --uid 10001 dropviz
WORKDIR /app

# The packages change seldom, the code often: two layers.
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY app.py .
COPY .streamlit/config.toml .streamlit/config.toml
COPY dropviz/ dropviz/
RUN python -m compileall -q app.py dropviz

USER dropviz
EXPOSE 8501
# The slim image has no curl.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "app.py", "--server.port=8501", "--server.address=0.0.0.0"]
