// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import io.tallystick.topic.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tenants' producers: a thread and a journal each, at a steady rate until they are told to stop. They pause while more
 * than 12 seconds' records wait for their entries, so that an outage is measured and not the machine's speed afterwards.
 */
final class Load {
    private static final Logger LOGGER = LoggerFactory.getLogger(Load.class);
    private static final int TRANSACTION_RECORDS_MAX = 15;
    private static final int ABORT_PERCENT = 20;
    private static final int BACKLOG_SECONDS = 12;

    private final String bootstrapServers;
    private final Topics topics;
    private final Path journals;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Journal> open = new ArrayList<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final LongSupplier backlog;
    private volatile boolean stopped;

    /** @param backlog how many committed records wait for their entries */
    Load(String bootstrapServers, Topics topics, Path journals, LongSupplier backlog) {
        this.backlog = backlog;
        this.bootstrapServers = bootstrapServers;
        this.topics = topics;
        this.journals = journals;
    }

    /** @param rate records a second, of all together */
    void start(long seed, int rate) throws IOException {
        int all = List.of(Tenant.values()).stream().mapToInt(Tenant::producers).sum();
        for (Tenant tenant : Tenant.values()) {
            for (int producer = 1; producer <= tenant.producers(); producer++) {
                String name = tenant.id() + "-" + producer;
                Random random = new Random(seed ^ name.hashCode());
                Events events = new Events(topics.in(tenant.id()), name, random);
                Journal journal = journal(name);
                long interval = TimeUnit.SECONDS.toNanos(1) * all / rate;
                Pace pace = new Pace(interval, (long) BACKLOG_SECONDS * rate);
                thread(
                        name,
                        tenant.isTransactional()
                                ? () -> transactions(tenant, name, events, journal, random, pace)
                                : () -> singles(tenant, name, events, journal, random, pace));
            }
        }
    }

    /** A journal of its own for another producer. */
    synchronized Journal journal(String producer) throws IOException {
        Journal journal = new Journal(journals.resolve(producer));
        open.add(journal);
        return journal;
    }

    private void thread(String name, Runnable task) {
        Thread thread = new Thread(task, "load-" + name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((ended, thrown) -> {
            LOGGER.atError()
                    .setCause(thrown)
                    .addKeyValue("thread", ended.getName())
                    .log("producer ended");
            failures.add(thrown);
        });
        threads.add(thread);
        thread.start();
    }

    /** When the next record is due. What an outage held back is not made up for in one burst. */
    private final class Pace {
        private static final long BEHIND_MAX = TimeUnit.SECONDS.toNanos(1);
        private final long interval;
        private final long backlogMax;
        private long next = System.nanoTime();

        Pace(long interval, long backlogMax) {
            this.interval = interval;
            this.backlogMax = backlogMax;
        }

        void await() {
            awaitBacklog();
            awaitTurn();
        }

        void awaitBacklog() {
            while (backlog.getAsLong() > backlogMax && !stopped) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }

        void awaitTurn() {
            long now = System.nanoTime();
            if (now - next > BEHIND_MAX) {
                next = now;
            }
            LockSupport.parkNanos(next - now);
            next += interval;
        }
    }

    Producer<byte[], byte[]> producer(String name, Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>(Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.CLIENT_ID_CONFIG,
                name,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.LINGER_MS_CONFIG,
                2,
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                4 << 20,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                10_000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                120_000));
        properties.putAll(more);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void singles(Tenant tenant, String name, Events events, Journal journal, Random random, Pace pace) {
        try (Producer<byte[], byte[]> producer = producer(name, Map.of())) {
            while (!stopped) {
                pace.await();
                int partition = random.nextInt(tenant.partitions());
                send(
                        producer,
                        journal,
                        tenant == Tenant.ALPHA ? events.plain(partition) : events.cloudEvent(partition));
            }
        }
    }

    /** Sends a journaled record; what becomes of it is journaled, too. */
    void send(Producer<byte[], byte[]> producer, Journal journal, ProducerRecord<byte[], byte[]> record) {
        long number = journal.sent(chain(record), record);
        try {
            Future<RecordMetadata> unused = producer.send(record, (metadata, failure) -> {
                if (failure == null) {
                    journal.acknowledged(number, metadata.offset());
                }
            });
        } catch (KafkaException e) {
            // Nothing is known of it, as after a failure later.
            LOGGER.atInfo().addKeyValue("error", e.toString()).log("record not taken by the producer");
        }
    }

    String chain(ProducerRecord<byte[], byte[]> record) {
        return topics.tenantOf(record.topic()).orElseThrow() + "/" + record.partition();
    }

    private void transactions(Tenant tenant, String name, Events events, Journal journal, Random random, Pace pace) {
        while (!stopped) {
            // No shorter timeout than the pauses of a broker: a transaction that times out is simply aborted.
            try (Producer<byte[], byte[]> producer = producer(
                    name,
                    Map.of(
                            ProducerConfig.TRANSACTIONAL_ID_CONFIG, name,
                            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 20_000,
                            ProducerConfig.MAX_BLOCK_MS_CONFIG, 60_000))) {
                producer.initTransactions();
                while (!stopped) {
                    transaction(producer, tenant, events, journal, random, pace);
                }
            } catch (KafkaException e) {
                LOGGER.atInfo().addKeyValue("error", e.toString()).log("transactional producer begins anew");
            }
        }
    }

    private void transaction(
            Producer<byte[], byte[]> producer,
            Tenant tenant,
            Events events,
            Journal journal,
            Random random,
            Pace pace) {
        Map<Long, Future<RecordMetadata>> sent = new HashMap<>();
        // Not within the transaction: while it is open nothing behind it is committed, and the outage would seem
        // longer.
        pace.awaitBacklog();
        producer.beginTransaction();
        for (int left = 1 + random.nextInt(TRANSACTION_RECORDS_MAX); left > 0; left--) {
            pace.awaitTurn();
            ProducerRecord<byte[], byte[]> record = events.cloudEvent(random.nextInt(tenant.partitions()));
            long number = journal.sent(chain(record), record);
            sent.put(number, producer.send(record));
        }
        if (random.nextInt(100) < ABORT_PERCENT) {
            producer.flush();
            producer.abortTransaction();
            sent.keySet().forEach(journal::aborted);
        } else {
            producer.commitTransaction();
            sent.forEach((number, landed) -> journal.acknowledged(number, offset(landed)));
        }
    }

    /** Of a record whose transaction is committed: it has landed. */
    private static long offset(Future<RecordMetadata> landed) {
        try {
            return landed.get(0, TimeUnit.SECONDS).offset();
        } catch (Exception e) {
            throw new IllegalStateException("committed, but not acknowledged", e);
        }
    }

    /** Records acknowledged so far. */
    synchronized long acknowledged() {
        return open.stream().mapToLong(Journal::acknowledged).sum();
    }

    /** What ended a producer; nothing should. */
    List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /** Ends the producers after what they have sent is answered. */
    void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
