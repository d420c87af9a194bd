"""The numbers every process shows at /metrics; the names are part of what operators alert on."""

from prometheus_client import Counter, Gauge, Histogram

_FAST_TO_SLOW = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

rpc_seconds = Histogram(
    "shuyuan_rpc_seconds",
    "Time to answer a call, by method and status.",
    ["method", "status"],
    buckets=_FAST_TO_SLOW,
)
rpc_unchecked = Counter(
    "shuyuan_rpc_unchecked_total",
    "Calls refused because no access check had been made: a defect.",
    ["method"],
)
rpc_retried = Counter(
    "shuyuan_rpc_retried_total",
    "Handlers run again after a serialization failure or a schema change.",
    ["method"],
)
rpc_refused = Counter("shuyuan_rpc_overload_total", "Calls refused because too many were running.")
client_seconds = Histogram(
    "shuyuan_client_rpc_seconds",
    "Time of calls to siblings, by method and status.",
    ["method", "status"],
    buckets=_FAST_TO_SLOW,
)
client_retries = Counter("shuyuan_client_retries_total", "Calls to siblings tried again.", ["method"])
tokens_verified = Counter("shuyuan_tokens_verified_total", "Tokens looked at, by result.", ["result"])
key_set_fetches = Counter(
    "shuyuan_key_set_fetches_total", "Fetches of the issuer's key set, by result.", ["result"]
)
key_set_age = Gauge("shuyuan_key_set_fetched_seconds", "When the key set was fetched last (Unix time).")
task_restarts = Counter(
    "shuyuan_task_restarts_total", "Background tasks started again after a failure.", ["task"]
)
task_up = Gauge("shuyuan_task_up", "Whether a background task is running.", ["task"])
copy_position = Gauge(
    "shuyuan_copy_position", "Position up to which events of a source are applied.", ["source"]
)
copy_head = Gauge("shuyuan_copy_head", "Newest known position of a source.", ["source"])
copy_applied = Counter("shuyuan_copy_applied_total", "Events of a source applied.", ["source"])
copy_duplicates = Counter("shuyuan_copy_duplicates_total", "Deliveries that were applied before.", ["source"])
copy_holes = Counter("shuyuan_copy_holes_total", "Holes filled from the source's log.", ["source"])
copy_parked = Gauge("shuyuan_copy_parked", "Events waiting in the dead-letter table.", ["source"])
copy_lag_seconds = Histogram(
    "shuyuan_copy_lag_seconds",
    "Time from an event's occurrence to its application here.",
    ["source"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0),
)
access_denials = Counter("shuyuan_access_denied_total", "Calls denied, by method.", ["method"])
relay_active = Gauge("shuyuan_relay_active", "Whether this replica's relay is the active one.")
relay_held = Gauge(
    "shuyuan_relay_held", "Whether the relay numbers nothing because the stream is ahead of the log."
)
relay_head = Gauge("shuyuan_relay_head_position", "Newest numbered position of the event log.")
relay_published = Gauge("shuyuan_relay_published_position", "Position up to which the broker has the events.")
relay_troubles = Counter(
    "shuyuan_relay_troubles_total", "Publishing attempts that failed, by error.", ["error"]
)
processes_stuck = Gauge("shuyuan_processes_stuck", "Processes that need a person.")
process_steps = Counter(
    "shuyuan_process_steps_total", "Steps of processes run, by kind and result.", ["kind", "result"]
)
timed_runs = Counter("shuyuan_timed_runs_total", "Timed work run, by name and result.", ["name", "result"])
