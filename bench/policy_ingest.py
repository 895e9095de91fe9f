#!/usr/bin/env python3
"""Ingests metric files the way a script would: json.loads per line, one table with the execution's id as text key, a merge
per line, a commit per 1,000 lines. A comparison for bench/RESULTS.md, not a part of the product.

usage: policy_ingest.py METRICS-FOLDER DATABASE [FILES]   (FILES: how many of the files; default all)
"""
import json
import os
import sqlite3
import sys
import time

folder, database = sys.argv[1:3]
files = sorted(name for name in os.listdir(folder) if name.endswith(".json"))[: int(sys.argv[3]) if len(sys.argv) > 3 else None]
if os.path.exists(database):
    os.remove(database)
connection = sqlite3.connect(database)
connection.execute(
    "CREATE TABLE execution_metrics (execution_id TEXT PRIMARY KEY, skill_id TEXT NOT NULL, timestamp TIMESTAMP NOT NULL, pattern_fidelity REAL,"
    " outcome_quality REAL, execution_time_ms INTEGER, patterns_followed INTEGER, patterns_missed INTEGER, exception BOOLEAN)"
)
columns = {
    "fidelity": ("pattern_fidelity", "patterns_followed", "patterns_missed"),
    "outcomes": ("outcome_quality",),
    "performance": ("execution_time_ms", "exception"),
}


def value(line, column):
    found = line.get(column)
    return len(found) if isinstance(found, list) else found


start = time.time()
lines = 0
for name in files:
    skill, kind = name[: -len(".json")].rsplit("_", 1)
    wanted = columns[kind]
    sql = "INSERT INTO execution_metrics (execution_id, skill_id, timestamp, {0}) VALUES (?, ?, ?{1}) ON CONFLICT (execution_id) DO UPDATE SET {2}".format(
        ", ".join(wanted), ", ?" * len(wanted), ", ".join(f"{column} = excluded.{column}" for column in wanted)
    )
    batch = []
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        for text in file:
            line = json.loads(text)
            batch.append((line["execution_id"], skill, line["timestamp"], *(value(line, column) for column in wanted)))
            if len(batch) == 1000:
                connection.executemany(sql, batch)
                connection.commit()
                lines += len(batch)
                batch = []
    connection.executemany(sql, batch)
    connection.commit()
    lines += len(batch)
seconds = time.time() - start
print(f"python: {lines:,} lines in {seconds:.1f} s, {lines / seconds:,.0f} lines/s")
