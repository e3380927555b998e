# SPDX-License-Identifier: Apache-2.0
"""Produces with Confluent's Python client and its Avro serialiser, then reads the receipts.

usage: client.py BROKERS REGISTRY TENANT TOPIC_ID PREFIX LEDGER_EVENT_AVSC SALE_AVSC EXPECTED
Appends the id of every event to the file EXPECTED, a line each.
"""

import json
import sys
import time
from decimal import Decimal

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient, topic_record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

BROKERS, REGISTRY, TENANT, TOPIC_ID, PREFIX, LEDGER_EVENT, SALE, EXPECTED = sys.argv[1:9]
TOPIC = f"{PREFIX}in.{TENANT}"
PATIENCE_S = 180


def serialiser(registry, path):
    with open(path, encoding="utf-8") as schema:
        return AvroSerializer(
            registry, schema.read(), conf={"subject.name.strategy": topic_record_subject_name_strategy}
        )


def records(registry):
    """(id, or None where the ledger makes one; value; headers)"""
    context = SerializationContext(TOPIC, MessageField.VALUE)
    structured = {
        "specversion": "1.0", "id": "py-structured", "source": "/python", "type": "com.example.structured",
        "datacontenttype": "application/json", "data": {"n": 3, "text": "Zürich"},
    }
    event = {
        "id": "py-avro", "type": "com.example.avro", "producer": "/python", "time": "2026-11-21T03:15:00Z",
        "subject": None, "actor": "ada", "media": "application/json", "payload": b'{"n": 4}',
        "attributes": {"region": "eu"},
    }
    sale = {"order": 9007199254740993, "item": "lamp", "price": Decimal("19.99")}
    yield None, json.dumps({"n": 1, "text": "Zürich"}).encode(), []
    yield "py-binary", b'{"n":2}', [
        ("ce_specversion", b"1.0"), ("ce_id", b"py-binary"), ("ce_source", b"/python"),
        ("ce_type", b"com.example.binary"), ("content-type", b"application/json"),
    ]
    yield "py-structured", json.dumps(structured, ensure_ascii=False).encode(), [
        ("content-type", b"application/cloudevents+json; charset=utf-8")
    ]
    yield "py-avro", serialiser(registry, LEDGER_EVENT)(event, context), []
    yield None, serialiser(registry, SALE)(sale, context), []


def produce(registry):
    expected = set()
    failures = []
    producer = Producer({"bootstrap.servers": BROKERS, "acks": "all", "enable.idempotence": True})

    def delivered(identity):
        def callback(error, message):
            if error:
                failures.append(str(error))
            else:
                expected.add(identity or f"{TOPIC_ID}:{message.partition()}:{message.offset()}")

        return callback

    for number, (identity, value, headers) in enumerate(records(registry)):
        producer.produce(
            TOPIC, value, key=f"key-{number}", headers=headers, partition=number % 2, on_delivery=delivered(identity)
        )
    producer.flush(60)
    if failures or len(expected) != 5:
        sys.exit(f"python: delivered {sorted(expected)}, failures {failures}")
    return expected


def await_receipts(expected):
    consumer = Consumer(
        {"bootstrap.servers": BROKERS, "group.id": f"{TENANT}.python", "auto.offset.reset": "earliest",
         "enable.auto.commit": False}
    )
    consumer.assign([TopicPartition(f"{PREFIX}receipts.{TENANT}", 0, 0)])
    missing = set(expected)
    deadline = time.monotonic() + PATIENCE_S
    while missing and time.monotonic() < deadline:
        message = consumer.poll(1)
        if message is None or message.error():
            continue
        receipt = json.loads(message.value())
        if message.key().decode() != receipt["id"] or not receipt["chain"].startswith(f"{TENANT}/"):
            sys.exit(f"python: not a receipt of {TENANT}: {message.key()} {receipt}")
        missing.discard(receipt["id"])
    consumer.close()
    if missing:
        sys.exit(f"python: no receipts for {sorted(missing)} within {PATIENCE_S} s")


def main():
    expected = produce(SchemaRegistryClient({"url": REGISTRY}))
    with open(EXPECTED, "a", encoding="utf-8") as file:
        file.writelines(f"{identity}\n" for identity in sorted(expected))
    await_receipts(expected)
    print(f"python: {len(expected)} produced, {len(expected)} receipts read")


main()
