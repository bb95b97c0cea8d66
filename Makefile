# Địa Bàn: `make run` and `make test` set up all they need by themselves.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check
APT := DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o Dpkg::Use-Pty=0
JUNIT := $(VENV)/junit.xml
BENCHES := standing map_speed store analysts crowd fuzz_api fuzz_uploads

.PHONY: help
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The demo is built beside and moved into place when whole: an interrupted first
# run leaves nothing behind. A database that is there, of whatever kind, is served.
.PHONY: run
run: $(VENV)/.installed ## Build the demo database if there is none, serve http://127.0.0.1:8000
	@data=$${DIABAN_DATA_DIR:-var}; \
	if [ -z "$${DIABAN_DATABASE_URL:-}" ] && [ ! -e "$$data/diaban.sqlite" ]; then \
	  echo "Dựng cơ sở dữ liệu mô phỏng cho năm tỉnh …"; \
	  rm -rf "$$data/.unfinished"; \
	  DIABAN_DATA_DIR="$$data/.unfinished" $(PYTHON) -m webapp demo >/dev/null; \
	  mv "$$data/.unfinished/"* "$$data/" && rmdir "$$data/.unfinished"; \
	fi
	@exec $(PYTHON) -m webapp serve

.PHONY: test
test: lint tools ## Lint, types, import contracts, unit tests and browser tests
	@mkdir -p $(dir $(JUNIT))
	@$(PYTHON) -m pytest --numprocesses=auto --dist=loadfile --junitxml=$(JUNIT)
	@$(PYTHON) -c "$$COUNT_SKIPPED" $(JUNIT)

.PHONY: lint
lint: $(VENV)/.installed-dev ## ruff, mypy and the import contracts
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@$(VENV)/bin/lint-imports --no-logo

.PHONY: bench
bench: $(VENV)/.installed-bench tools ## Measure all that is promised, write docs/benchmarks.md
	@missed=; \
	for part in tests.bench $(BENCHES:%=tests.bench.%); do \
	  echo "== $$part"; $(PYTHON) -m $$part || missed="$$missed $$part"; \
	done; \
	if [ -n "$$missed" ]; then echo "Chưa đạt yêu cầu:$$missed" >&2; exit 1; fi

# Hundreds of packages that the project itself does not need, so no part of `make test`.
.PHONY: interop
interop: $(VENV)/.installed-dev ## Read a served demo with QGIS, R, GDAL, OWSLib, schemathesis
	@missing=$$(bash -c "$$MISSING_CLIENTS" | xargs); \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Cài bằng apt: $$missing …"; \
	  $(APT) update && $(APT) install --no-install-recommends $$missing >/dev/null; \
	elif [ -n "$$missing" ]; then \
	  echo "Thiếu $$missing; hãy cài (apt-get install $$missing) rồi chạy lại." >&2; exit 1; \
	fi
	@$(PYTHON) -m pytest -o addopts="-ra --import-mode=importlib" tests/interop

.PHONY: pictures
pictures: $(VENV)/.installed-bench tools ## Photograph the main views of the demo into docs/pictures
	@$(PYTHON) -m tests.bench.pictures

.PHONY: docs
docs: $(VENV)/.installed ## Write docs/commands.md from the commands' own help
	@$(PYTHON) -c "$$WRITE_COMMANDS" docs/commands.md

# Natural Earth's 10 m outline reaches us only as this npm package (public domain).
.PHONY: boundaries
boundaries: $(VENV)/.installed ## Rebuild data/boundaries from packages (needs npm)
	@command -v npm >/dev/null || { echo "Cần npm để tải gói world-atlas: apt-get install npm"; exit 1; }
	@rm -rf var/world-atlas && mkdir -p var/world-atlas
	@cd var/world-atlas && npm pack --silent world-atlas@2.0.2 >/dev/null && tar -xzf world-atlas-2.0.2.tgz
	@$(PYTHON) -m geo.approximate --countries var/world-atlas/package/countries-10m.json --out data/boundaries

# ---------------------------------------------------------------- what is needed

# The first Python ≥ 3.11 that can make a virtual environment. A name that only
# stands for a version manager's empty shim, or lacks ensurepip, is passed over.
define FIND_PYTHON
for python in python3.11 /usr/bin/python3.11 python3 /usr/bin/python3; do
  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "$$python"; break
  fi
done
endef
export FIND_PYTHON

define NO_PYTHON
Không tìm thấy Python 3.11 có thể tạo môi trường ảo.
Trên Debian, hãy chạy với quyền root rồi thử lại:
  apt-get update && apt-get install python3 python3-venv
endef
export NO_PYTHON

$(PYTHON):
	@python=$$(bash -c "$$FIND_PYTHON"); \
	if [ -z "$$python" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Cài python3-venv bằng apt …"; \
	  $(APT) update && $(APT) install python3 python3-venv >/dev/null || true; \
	  python=$$(bash -c "$$FIND_PYTHON"); \
	fi; \
	if [ -z "$$python" ]; then echo "$$NO_PYTHON" >&2; exit 1; fi; \
	echo "Tạo môi trường ảo $(VENV) …"; \
	"$$python" -m venv --clear $(VENV)

$(VENV)/.installed: requirements.txt | $(PYTHON)
	@echo "Cài các gói trong requirements.txt …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Cài các gói trong requirements-dev.txt …"
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(VENV)/.installed-bench: requirements-bench.txt $(VENV)/.installed-dev
	@echo "Cài các gói trong requirements-bench.txt …"
	@$(PIP) -r requirements-bench.txt
	@touch $@

# Chromium draws the pages, PostGIS runs the store's contract tests a second time,
# LibreOffice opens the reports as their readers do.
# Debian would start a database server of its own on installing one; the setting
# put down for that moment prevents it, the tests make and end their own.
define MISSING_TOOLS
found() { compgen -G "$$1" >/dev/null; }
command -v chromium >/dev/null || echo chromium
found '/usr/lib/postgresql/*/bin/initdb' && found '/usr/share/postgresql/*/extension/postgis.control' || echo postgresql-postgis
found '/usr/lib/*/libatomic.so.1' || echo libatomic1
found '/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf' || echo fonts-liberation2
found '/usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf' || echo fonts-noto-core
found '/usr/lib/libreoffice/program/libswlo.so' || echo libreoffice-writer
found '/usr/lib/libreoffice/program/libsclo.so' || echo libreoffice-calc
endef
export MISSING_TOOLS

define MISSING_CLIENTS
[ -x /usr/bin/qgis_process.bin ] || echo qgis
/usr/bin/python3 -c 'import qgis.core' 2>/dev/null || echo python3-qgis
command -v ogrinfo >/dev/null || echo gdal-bin
command -v Rscript >/dev/null || echo r-base-core
Rscript -e 'library(sf)' >/dev/null 2>&1 || echo r-cran-sf
endef
export MISSING_CLIENTS

CLUSTER_CONF := /etc/postgresql-common/createcluster.d/dia-ban.conf

.PHONY: tools
tools:
	@missing=$$(bash -c "$$MISSING_TOOLS" | xargs); \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Cài bằng apt: $$missing …"; \
	  mkdir -p $(dir $(CLUSTER_CONF)) && echo 'create_main_cluster = false' > $(CLUSTER_CONF); \
	  trap 'rm -f $(CLUSTER_CONF)' EXIT; \
	  $(APT) update && $(APT) install --no-install-recommends $$missing >/dev/null; \
	elif [ "$${CI:-}" = true ]; then \
	  echo "Thiếu $$missing và không có quyền cài; CI không được bỏ qua kiểm thử nào." >&2; exit 1; \
	else \
	  echo "Thiếu $$missing: các kiểm thử cần đến sẽ bị bỏ qua (apt-get install $$missing)."; \
	fi

# Under CI a test skipped for a missing tool is a failure. The shared samples are
# no part of the project, so a test that reads them may be skipped where they are not.
define COUNT_SKIPPED
import os, sys
from xml.etree import ElementTree

skipped = [
    (case.get("classname"), case.get("name"), reason.get("message", ""))
    for case in ElementTree.parse(sys.argv[1]).iter("testcase")
    for reason in case.iter("skipped")
]
missing = [s for s in skipped if "dữ liệu dùng chung" not in s[2] and "shared material" not in s[2]]
print(f"Bỏ qua {len(skipped)} kiểm thử, trong đó {len(missing)} vì thiếu công cụ.")
if missing and os.environ.get("CI") == "true":
    sys.exit("CI không được bỏ qua: " + "; ".join(f"{c}.{n}: {r}" for c, n, r in missing))
endef
export COUNT_SKIPPED

define WRITE_COMMANDS
import sys
from pathlib import Path

import click

from webapp.cli import commands

def pages(command, context):
    yield f"## `{context.command_path}`\n\n```\n{command.get_help(context)}\n```\n"
    for name in getattr(command, "list_commands", lambda _context: [])(context):
        child = command.get_command(context, name)
        yield from pages(child, click.Context(child, parent=context, info_name=name))

top = click.Context(commands, info_name="python -m webapp", terminal_width=96)
text = "# Các lệnh\n\nGhi từ phần trợ giúp của chính các lệnh bằng `make docs`.\n\n"
Path(sys.argv[1]).write_text(text + "\n".join(pages(commands, top)), "utf-8")
endef
export WRITE_COMMANDS
