# The production image: one image, three roles (web, worker, scheduler).

# Front-end packages
FROM node:24-slim AS packages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund

# Python packages
FROM python:3.12-slim AS dependencies
COPY requirements/base.txt /build/base.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        -r /build/base.txt

# The platform
FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CS_DATA_DIR=/data
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin platform \
    && install -d -o platform -g platform -m 0750 /data
WORKDIR /app
COPY --from=dependencies /opt/venv /opt/venv
COPY . .
COPY --from=packages /build/node_modules node_modules
# The addresses are never contacted: collecting static files needs no service.
RUN python scripts/vendor_assets.py \
    && rm -rf node_modules \
    && SECRET_KEY=build DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
        python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q .
USER platform
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
CMD ["gunicorn", "cs_platform.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", \
     "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", \
     "--timeout", "120", "--graceful-timeout", "30", "--access-logfile", "-"]
