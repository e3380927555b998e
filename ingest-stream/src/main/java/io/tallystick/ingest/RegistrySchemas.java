// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.tallystick.ingest.SchemaTurns.Turn;
import io.tallystick.ingest.decode.Schemas;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas of the registry, by id, kept once found. Lookups run on threads of their own, so a slow or dead registry holds
 * up only those who wait for an id; and tenants take turns, so one that names many ids holds up none but itself.
 *
 * <pre>
 * request --&gt; SchemaTurns --(a lookup for each thread)--&gt; Registry --&gt; SchemaCache: found, by the length of their texts
 *                 ^                                         |    `---&gt; SchemaCache: unknown, for a while
 *                 `----------- tried again after a wait ----'
 * </pre>
 *
 * <p>Safe for several threads.
 */
final class RegistrySchemas implements Schemas, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(RegistrySchemas.class);

    /** Characters of all schema texts whose schemas are kept. Parsed they take up to 31 times as much; the README has figures. */
    static final long TEXT_KEPT_MAX = 8L * 1024 * 1024;

    /** What a schema takes beside what its text explains, in characters. */
    private static final long TEXT_OVERHEAD = 512;

    /** Characters of schemas looked up for one request; the rest is asked for when these have been used. */
    static final long TEXT_ASKED_MAX = TEXT_KEPT_MAX / 8;

    /** Ids known not to be usable. They are small, and others than those of schemas that are found. */
    static final int UNKNOWN_KEPT_MAX = 4096;

    static final Duration UNKNOWN_KEPT = Duration.ofSeconds(10);

    /** Who knows the schemas. Safe for several threads. */
    interface Registry extends Closeable {
        /** What it has of this id, found or unknown. Any other failure than to know: an exception. */
        Lookup lookUp(int id) throws IOException, RestClientException;
    }

    private record Denied(Lookup lookup, long nanoTime) {}

    /** Somebody who waits for ids. */
    private static final class Request {
        private final String tenant;
        private final int first;
        private final Set<Integer> open;
        private final Runnable known;
        private final Map<Integer, Lookup> unknown = new LinkedHashMap<>();
        private long text;

        Request(String tenant, List<Integer> ids, Runnable known) {
            this.tenant = tenant;
            this.first = ids.get(0);
            this.open = new LinkedHashSet<>(ids);
            this.known = known;
        }
    }

    private final Registry registry;
    private final ScheduledExecutorService threads;
    private final Duration retry;
    private final LongSupplier nanoClock;
    private final SchemaCache<Lookup> found = new SchemaCache<>(TEXT_KEPT_MAX);
    private final SchemaCache<Denied> unknown = new SchemaCache<>(UNKNOWN_KEPT_MAX);
    private final SchemaTurns turns = new SchemaTurns();
    private final Map<Integer, List<Request>> waiting = new HashMap<>();

    /** Ids that are being looked up, or rest after a lookup that failed. */
    private final Set<Integer> asked = new HashSet<>();

    /**
     * @param registry closed by {@link #close}
     * @param threads where lookups run; shut down by {@link #close}
     * @param retry wait after a lookup that failed
     * @param nanoClock nanoseconds of a monotonic clock
     */
    RegistrySchemas(Registry registry, ScheduledExecutorService threads, Duration retry, LongSupplier nanoClock) {
        this.registry = registry;
        this.threads = threads;
        this.retry = retry;
        this.nanoClock = nanoClock;
    }

    @Override
    public synchronized Lookup byId(int id) {
        return found.get(id).or(() -> denied(id)).orElseGet(Lookup.Pending::new);
    }

    private Optional<Lookup> denied(int id) {
        return unknown.get(id)
                .filter(answer -> nanoClock.getAsLong() - answer.nanoTime() < UNKNOWN_KEPT.toNanos())
                .map(Denied::lookup);
    }

    /**
     * Asks the registry and then runs {@code known} on a thread of this class. Only the first id is then known for certain: it is
     * asked for again and again while the registry does not answer. The others are left out once the registry fails, or once
     * their schemas are many and long.
     *
     * @param tenant on whose account
     * @param ids at least one, that which is needed first before those needed next
     */
    synchronized void request(String tenant, List<Integer> ids, Runnable known) {
        Request request = new Request(tenant, ids, known);
        for (int id : request.open) {
            waiting.computeIfAbsent(id, any -> new ArrayList<>()).add(request);
            turns.add(tenant, id);
            run(this::serve, Duration.ZERO);
        }
    }

    private void run(Runnable task, Duration wait) {
        try {
            ScheduledFuture<?> unused = threads.schedule(task, wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.atDebug().log("closing, no schema is asked for any more");
        }
    }

    /** Looks up whatever is next: there is one of these tasks for each turn. */
    private void serve() {
        next().ifPresent(turn -> {
            List<Request> complete;
            try {
                complete = answered(turn, registry.lookUp(turn.id()));
            } catch (Throwable e) {
                // An error, too: the executor would keep it to itself, and those who wait for the id would for ever.
                complete = failed(turn.id());
                tell(turn.id(), e);
            }
            complete.forEach(request -> request.known.run());
        });
    }

    private synchronized Optional<Turn> next() {
        Optional<Turn> next = turns.next();
        while (next.isPresent() && !isDue(next.get().id())) {
            next = turns.next();
        }
        next.ifPresent(turn -> asked.add(turn.id()));
        return next;
    }

    /** Not if another tenant's turn has brought it, or if it need not be known any more. */
    private boolean isDue(int id) {
        return waiting.containsKey(id) && !asked.contains(id);
    }

    private synchronized List<Request> answered(Turn turn, Lookup answer) {
        int id = turn.id();
        List<Request> requests = List.copyOf(waiting.getOrDefault(id, List.of()));
        if (answer instanceof Lookup.Found schema) {
            long length = schema.schema().textLength() + TEXT_OVERHEAD;
            found.put(turn.tenant(), id, answer, length);
            requests.forEach(request -> request.text += length);
        } else {
            deny(turn.tenant(), id, answer);
            requests.forEach(request -> request.unknown.put(id, answer));
        }
        asked.remove(id);
        waiting.remove(id);
        List<Request> complete = new ArrayList<>();
        for (Request request : requests) {
            request.open.remove(id);
            if (request.text > TEXT_ASKED_MAX) {
                needFirstOnly(request);
            }
            complete(request, complete);
        }
        return complete;
    }

    private void complete(Request request, List<Request> complete) {
        if (request.open.isEmpty()) {
            // What took long to look up together must not be forgotten one after the other.
            request.unknown.forEach((id, lookup) -> deny(request.tenant, id, lookup));
            complete.add(request);
        }
    }

    private void deny(String tenant, int id, Lookup lookup) {
        unknown.put(tenant, id, new Denied(lookup, nanoClock.getAsLong()), 1);
    }

    private void needFirstOnly(Request request) {
        for (int id : List.copyOf(request.open)) {
            if (id != request.first) {
                request.open.remove(id);
                waiting.computeIfPresent(id, (of, requests) -> {
                    requests.remove(request);
                    return requests.isEmpty() ? null : requests;
                });
            }
        }
    }

    private synchronized List<Request> failed(int id) {
        run(() -> askAgain(id), retry);
        List<Request> complete = new ArrayList<>();
        for (Request request : List.copyOf(waiting.getOrDefault(id, List.of()))) {
            needFirstOnly(request);
            complete(request, complete);
        }
        return complete;
    }

    private static void tell(int id, Throwable failure) {
        if (failure instanceof IOException || failure instanceof RestClientException) {
            LOGGER.atWarn()
                    .addKeyValue("schemaId", id)
                    .addKeyValue("error", failure.toString())
                    .log("schema registry does not answer; partitions that need this schema wait");
        } else {
            // What the registry said is not what its client expects. The type only: the message may quote the answer.
            LOGGER.atWarn()
                    .addKeyValue("schemaId", id)
                    .addKeyValue("error", failure.getClass().getName())
                    .log("schema registry's answer cannot be used; partitions that need this schema wait");
        }
    }

    private void askAgain(int id) {
        Set<String> tenants;
        synchronized (this) {
            asked.remove(id);
            tenants = waiting.getOrDefault(id, List.of()).stream()
                    .map(request -> request.tenant)
                    .collect(Collectors.toSet());
            tenants.forEach(tenant -> turns.add(tenant, id));
        }
        tenants.forEach(tenant -> serve());
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
