"""The same pass as a Prefect flow: history, schedule, retries, artifacts. Nothing else knows Prefect.

`prefect.yaml` deploys `scheduled_pass`; `amur serve` serves it; `amur run --flow` and the demo run
`pass_as_flow` once.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from flows.prefect_server import quieten

quieten()  # Prefect reads its settings when it is imported

from prefect import flow, runtime  # noqa: E402  after its settings
from prefect.artifacts import create_markdown_artifact, create_table_artifact  # noqa: E402  same
from prefect.cache_policies import NO_CACHE  # noqa: E402  same
from prefect.client.schemas.objects import (  # noqa: E402  same
    ConcurrencyLimitConfig,
    ConcurrencyLimitStrategy,
    State,
)
from prefect.deployments import run_deployment  # noqa: E402  same
from prefect.events.worker import EventsWorker  # noqa: E402  same
from prefect.logging.handlers import APILogWorker  # noqa: E402  same
from prefect.runner import Runner  # noqa: E402  same
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings  # noqa: E402  same
from prefect.states import Completed, Failed  # noqa: E402  same
from prefect.tasks import Task  # noqa: E402  same
from prefect.types.entrypoint import EntrypointType  # noqa: E402  same

from flows import report  # noqa: E402  same
from flows.house import House, open_house, utc_now  # noqa: E402  same
from flows.logs import Log, keeping  # noqa: E402  same
from flows.monitor import Step, run_pass  # noqa: E402  same
from flows.secrets import Redaction  # noqa: E402  same
from flows.settings import Settings, SettingsError, load  # noqa: E402  same
from flows.telling import tell  # noqa: E402  same
from warehouse import passes  # noqa: E402  same
from warehouse.passes import PassRecord  # noqa: E402  same
from warehouse.store import PassRunning  # noqa: E402  same

FLOW = "amur-pass"


def settle() -> None:
    """Hand the server what is still on its way to it: once it has stopped, Prefect tries for a minute at exit."""
    for worker in (APILogWorker, EventsWorker):
        worker.drain_all(timeout=15)


class Withheld(Exception):  # noqa: N818  it stands for an error
    """What Prefect gets to know of an exception, whose words it keeps and shows: they may quote a secret."""


def told(error: Exception, redaction: Redaction) -> str:
    """An exception's kind and its words, without secrets."""
    return f"{type(error).__name__}: {redaction.clean(str(error))}"


def in_tasks(redaction: Redaction) -> Step:
    """Carry out each batch as one task. Sending is never retried by Prefect: the outbox knows what was sent."""

    def step(verb: Callable[..., None], *args: object) -> None:
        errors: list[Exception] = []

        def carry_out() -> None:
            try:
                verb(*args)
            except Exception as error:  # noqa: BLE001  raised again outside
                errors.append(error)
                raise Withheld(told(error, redaction)) from None

        # A task without parameters: Prefect would walk through, and store, whatever it is handed.
        task: Task[[], None] = Task(
            carry_out,
            name=verb.__name__.replace("_", "-"),
            retries=0 if verb is tell else 1,
            retry_delay_seconds=5,
            persist_result=False,
            cache_policy=NO_CACHE,
        )
        with suppress(Withheld):
            task()
            return
        raise errors[-1]

    return step


def conduct(house: House, now: datetime, redaction: Redaction, *, send: bool = True) -> PassRecord:
    """Run the pass inside a flow run and leave its report as two artifacts."""
    record = run_pass(house, now, in_tasks(redaction), send=send)
    create_table_artifact(key="amur-pass", table=report.rows(record), description="What the pass did")
    create_markdown_artifact(key="amur-pass-report", markdown=report.markdown(record))
    return record


def pass_as_flow(house: House, now: datetime, *, send: bool = True) -> PassRecord:
    """Run one pass as one flow run, with what is already open."""
    redaction = Redaction()
    redaction.hide(house.settings.secrets)
    records: list[PassRecord] = []
    errors: list[Exception] = []

    # The house cannot be a parameter: Prefect stores parameters, and this one holds secrets.
    @flow(name=FLOW, flow_run_name=f"pass of {now:%Y-%m-%d %H:%M}", persist_result=False)
    def amur_pass() -> State[None]:
        try:
            records.append(conduct(house, now, redaction, send=send))
        except Exception as error:  # noqa: BLE001  raised again outside
            errors.append(error)
            return Failed(message=told(error, redaction))
        return _completed(records[0])

    # A flow run that sends heartbeats takes a second to end; this one lives and dies with its caller.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        amur_pass(return_state=True)
    for error in errors:
        raise error
    return records[0]


@flow(name=FLOW, persist_result=False)
def scheduled_pass() -> State[None]:
    """Run one pass with the settings that AMUR_CONFIG names, unless another pass runs or has covered this one."""
    redaction = Redaction()
    try:
        settings = settings_of(redaction)
        with keeping(settings.log, redaction) as log:
            return _one_pass(settings, redaction, log)
    except PassRunning as running:
        return Completed(message=f"skipped: {running}")
    except SettingsError as error:
        return Failed(message=redaction.clean(str(error)))
    except Exception as error:  # noqa: BLE001  Prefect would keep its words, with whatever they quote
        sys.stderr.write(redaction.report(type(error), error, error.__traceback__))
        return Failed(message=told(error, redaction))


def _one_pass(settings: Settings, redaction: Redaction, log: Log) -> State[None]:
    now = utc_now()
    with open_house(settings) as house:
        covered = _covered_by(house, runtime.flow_run.scheduled_start_time)
        if covered is not None:
            return Completed(message=f"skipped: the pass of {covered:%Y-%m-%d %H:%M} UTC came later than this was due")
        record = conduct(house, now, redaction)
    log.passed(record)
    return _completed(record)


def _completed(record: PassRecord) -> State[None]:
    return Completed(message=f"{record.outcome}: {report.line(record)}. {record.note}".rstrip())


def settings_of(redaction: Redaction) -> Settings:
    """The settings of a scheduled pass; from now on `redaction` keeps their secrets out of what this process logs."""
    settings = load()
    redaction.hide(settings.secrets)
    redaction.cover()
    return settings


def _covered_by(house: House, due: datetime | None) -> datetime | None:
    """The start of the last finished pass, if it began after this run was due."""
    if due is None:
        return None
    with house.store.transaction() as con:
        finished = [p.started_at for p in passes.last(con, 5) if p.finished_at is not None]
    return max((at for at in finished if at >= due), default=None)


def deployment_name(config: Path) -> str:
    """The name under which the passes of one amur.toml are deployed: another folder's must not be taken for them."""
    return f"amur-{hashlib.sha256(str(config.absolute()).encode()).hexdigest()[:8]}"


def serve(config: Path, every: timedelta | None, cron: str | None) -> None:
    """Serve the scheduled pass until interrupted: one at once, then on schedule, by `every` or by `cron`.

    A run that falls due while one is going is cancelled.
    """
    name = deployment_name(config)
    os.environ["AMUR_CONFIG"] = str(config)  # passes run in processes of their own, which inherit it
    runner = Runner(name=name)
    runner.add_flow(
        scheduled_pass,
        name=name,
        interval=every,
        cron=cron,
        concurrency_limit=ConcurrencyLimitConfig(
            limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW, grace_period_seconds=120
        ),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    run_deployment(f"{FLOW}/{name}", timeout=0)
    with suppress(KeyboardInterrupt):  # the way it is meant to end
        asyncio.run(runner.start())
