# Safar. `make run` and `make test` are all a newcomer needs; `make help` lists the rest.
.PHONY: help setup run test check lint train messages bench bench-nlu bench-widget lock
SAFAR := bin/safar

help: ## Show what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make both environments and the widget from the hashed lock files
	@scripts/setup.sh

run: setup ## Set up, train if needed, start everything, print the addresses; Ctrl-C stops all of it
	@$(SAFAR) run

test: ## Set up and run all linters and tests
	@scripts/test.sh

check: test ## What CI runs

lint: ## Linters and type checks alone
	@scripts/setup.sh --dev && scripts/lint.sh

train: setup ## Train the assistant's model
	@$(SAFAR) train

messages: setup ## Bring the gettext catalogues in step with the English sources
	@$(SAFAR) messages

bench: setup ## Measure a turn, both starts and memory beside a `rasa init` bot in the same run
	@.venv/web/bin/python benchmarks/turn.py

bench-nlu: setup ## Compare understanding with Rasa's own classifiers on the same examples (DIET takes half an hour)
	@.venv/assistant/bin/python benchmarks/understanding.py

bench-widget: setup ## Measure the widget: size of each part, loading on a slow phone, beside rasa-webchat
	@.venv/web/bin/python benchmarks/widget.py

lock: ## Resolve the lock files anew from requirements/*.in
	@scripts/lock.sh
