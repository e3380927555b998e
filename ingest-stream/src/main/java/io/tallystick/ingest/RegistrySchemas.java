// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.confluent.kafka.schemaregistry.client.rest.entities.SchemaString;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.tallystick.ingest.decode.RegisteredSchema;
import io.tallystick.ingest.decode.Schemas;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas of the registry, by id, kept once found. Lookups run on threads of their own, so a slow or dead registry holds
 * up only those who wait for an id.
 *
 * <p>The schema text is taken as the registry returns it, not as a client would print it again: entries name its digest.
 */
final class RegistrySchemas implements Schemas, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(RegistrySchemas.class);
    private static final int KEPT_MAX = 1000;
    private static final int NOT_FOUND = 40403;
    private static final long UNKNOWN_KEPT_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int TIMEOUT_MS = 5000;

    private record Answer(Lookup lookup, long nanoTime) {}

    private final RestService registry;
    private final ScheduledExecutorService threads;
    private final Duration retry;
    private final Map<Integer, Answer> answers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Answer> eldest) {
            return size() > KEPT_MAX;
        }
    };
    private final Map<Integer, List<Runnable>> waiting = new HashMap<>();

    /**
     * @param url of the registry
     * @param threads where lookups run; shut down by {@link #close}
     * @param retry wait after a lookup that failed
     */
    RegistrySchemas(String url, ScheduledExecutorService threads, Duration retry) {
        this.registry = new RestService(url);
        registry.setHttpConnectTimeoutMs(TIMEOUT_MS);
        registry.setHttpReadTimeoutMs(TIMEOUT_MS);
        this.threads = threads;
        this.retry = retry;
    }

    @Override
    public synchronized Lookup byId(int id) {
        Answer answer = answers.get(id);
        boolean usable = answer != null
                && (answer.lookup() instanceof Lookup.Found
                        || System.nanoTime() - answer.nanoTime() < UNKNOWN_KEPT_NANOS);
        return usable ? answer.lookup() : new Lookup.Pending();
    }

    /** Asks the registry, again and again while it does not answer, and then runs {@code known} on a thread of this class. */
    synchronized void request(int id, Runnable known) {
        List<Runnable> others = waiting.putIfAbsent(id, new ArrayList<>(List.of(known)));
        if (others == null) {
            threads.execute(() -> ask(id));
        } else {
            others.add(known);
        }
    }

    private void ask(int id) {
        Lookup found;
        try {
            found = lookUp(id);
        } catch (IOException | RestClientException e) {
            LOGGER.atWarn()
                    .addKeyValue("schemaId", id)
                    .addKeyValue("error", e.toString())
                    .log("schema registry does not answer; partitions that need this schema wait");
            retryLater(id);
            return;
        } catch (RuntimeException | StackOverflowError e) {
            // What the registry said is not what its client expects. The executor would keep it to itself, and the
            // partitions
            // would wait for ever. The type only: the message may quote the answer.
            LOGGER.atWarn()
                    .addKeyValue("schemaId", id)
                    .addKeyValue("error", e.getClass().getName())
                    .log("schema registry's answer cannot be used; partitions that need this schema wait");
            retryLater(id);
            return;
        }
        answered(id, found);
    }

    private void retryLater(int id) {
        try {
            ScheduledFuture<?> unused = threads.schedule(() -> ask(id), retry.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.atDebug().addKeyValue("schemaId", id).log("closing, the schema is not asked for again");
        }
    }

    private Lookup lookUp(int id) throws IOException, RestClientException {
        try {
            SchemaString found = registry.getId(id);
            String type = found.getSchemaType() == null ? "AVRO" : found.getSchemaType();
            boolean references =
                    found.getReferences() != null && !found.getReferences().isEmpty();
            return RegisteredSchema.judge(id, type, found.getSchemaString(), references);
        } catch (RestClientException e) {
            if (e.getErrorCode() == NOT_FOUND) {
                return new Lookup.Unknown("is not in the schema registry");
            }
            throw e;
        }
    }

    private void answered(int id, Lookup lookup) {
        List<Runnable> told;
        synchronized (this) {
            answers.put(id, new Answer(lookup, System.nanoTime()));
            told = waiting.remove(id);
        }
        told.forEach(Runnable::run);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            registry.close();
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("error", e.toString()).log("schema registry client did not close cleanly");
        }
    }
}
