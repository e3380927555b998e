// SPDX-License-Identifier: Apache-2.0
// Produces with kafkajs, serialising with Confluent's and with kafkajs' schema registry clients, then reads the receipts.
// usage: node client.js BROKERS REGISTRY TENANT TOPIC_ID PREFIX LEDGER_EVENT_AVSC SALE_AVSC EXPECTED
// Appends the id of every event to the file EXPECTED, a line each.
'use strict';

const fs = require('node:fs');
const { Kafka, logLevel } = require('kafkajs');
const { SchemaRegistryClient, SerdeType, AvroSerializer } = require('@confluentinc/schemaregistry');
const { SchemaRegistry, SchemaType } = require('@kafkajs/confluent-schema-registry');

const [brokers, registryUrl, tenant, topicId, prefix, ledgerEventFile, saleFile, expectedFile] = process.argv.slice(2);
const topic = `${prefix}in.${tenant}`;
const PATIENCE_MS = 180_000;
const ledgerEventSchema = fs.readFileSync(ledgerEventFile, 'utf8');
const saleSchema = fs.readFileSync(saleFile, 'utf8');
const ledgerEventSubject = `${topic}-io.tallystick.avro.LedgerEvent`;
const saleSubject = `${topic}-com.example.shop.Sale`;

function ledgerEvent(id) {
  return {
    id, type: 'com.example.avro', producer: '/javascript', time: null, subject: 'order 7', actor: null,
    media: 'application/json', payload: Buffer.from('{"n":4}'), attributes: { region: 'eu' },
  };
}

const sale = { order: 42, item: 'lamp', price: Buffer.from([0x07, 0xcf]) };

async function confluent(schema, subject, value) {
  const registry = new SchemaRegistryClient({ baseURLs: [registryUrl] });
  await registry.register(subject, { schemaType: 'AVRO', schema });
  const serializer = new AvroSerializer(registry, SerdeType.VALUE, {
    useLatestVersion: true,
    autoRegisterSchemas: false,
    subjectNameStrategy: () => subject,
  });
  return serializer.serialize(topic, value);
}

async function kafkajs(schema, subject, value) {
  const registry = new SchemaRegistry({ host: registryUrl });
  const { id } = await registry.register({ type: SchemaType.AVRO, schema }, { subject });
  return registry.encode(id, value);
}

async function records() {
  const structured = {
    specversion: '1.0', id: 'js-structured', source: '/javascript', type: 'com.example.structured',
    datacontenttype: 'application/json', data: { n: 3, text: 'Zürich' },
  };
  return [
    { id: null, value: JSON.stringify({ n: 1, text: 'Zürich' }) },
    {
      id: 'js-binary',
      value: '{"n":2}',
      headers: {
        ce_specversion: '1.0', ce_id: 'js-binary', ce_source: '/javascript', ce_type: 'com.example.binary',
        'content-type': 'application/json',
      },
    },
    {
      id: 'js-structured',
      value: JSON.stringify(structured),
      headers: { 'content-type': 'application/cloudevents+json' },
    },
    { id: 'js-avro-confluent', value: await confluent(ledgerEventSchema, ledgerEventSubject, ledgerEvent('js-avro-confluent')) },
    { id: null, value: await confluent(saleSchema, saleSubject, sale) },
    { id: 'js-avro-kafkajs', value: await kafkajs(ledgerEventSchema, ledgerEventSubject, ledgerEvent('js-avro-kafkajs')) },
    { id: null, value: await kafkajs(saleSchema, saleSubject, sale) },
  ];
}

async function produce(kafka) {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const expected = new Set();
  for (const [number, { id, value, headers }] of (await records()).entries()) {
    const message = { key: `key-${number}`, value, headers, partition: number % 2 };
    const [sent] = await producer.send({ topic, acks: -1, messages: [message] });
    expected.add(id ?? `${topicId}:${sent.partition}:${sent.baseOffset}`);
  }
  await producer.disconnect();
  return expected;
}

async function awaitReceipts(kafka, expected) {
  const consumer = kafka.consumer({ groupId: `${tenant}.javascript` });
  await consumer.connect();
  await consumer.subscribe({ topic: `${prefix}receipts.${tenant}`, fromBeginning: true });
  const missing = new Set(expected);
  try {
    await new Promise((resolve, reject) => {
      const late = `no receipts within ${PATIENCE_MS} ms for some of ${[...missing]}`;
      const timer = setTimeout(() => reject(new Error(late)), PATIENCE_MS);
      const eachMessage = async ({ message }) => {
        const receipt = JSON.parse(message.value.toString());
        if (message.key.toString() !== receipt.id || !receipt.chain.startsWith(`${tenant}/`)) {
          reject(new Error(`not a receipt of ${tenant}: ${message.key} ${message.value}`));
        }
        missing.delete(receipt.id);
        if (missing.size === 0) {
          clearTimeout(timer);
          resolve();
        }
      };
      consumer.run({ eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
}

async function main() {
  const kafka = new Kafka({
    clientId: 'interop', brokers: brokers.split(','), logLevel: logLevel.ERROR, requestTimeout: 60_000,
  });
  const expected = await produce(kafka);
  fs.appendFileSync(expectedFile, [...expected].map((id) => `${id}\n`).join(''));
  await awaitReceipts(kafka, expected);
  console.log(`javascript: ${expected.size} produced, ${expected.size} receipts read`);
}

main().then(
  () => process.exit(0),
  (fault) => {
    console.error(`javascript: ${fault.stack}`);
    process.exit(1);
  },
);
