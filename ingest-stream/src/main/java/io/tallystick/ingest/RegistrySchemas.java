// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.tallystick.ingest.SchemaTurns.Turn;
import io.tallystick.ingest.decode.Schemas;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas of the registry, by id, kept once found. Lookups run on threads of their own, so a slow or dead registry holds
 * up only those who wait for an id; and tenants take turns, so one that names many ids holds up none but itself.
 *
 * <pre>
 * request --&gt; SchemaTurns --(a lookup for each thread)--&gt; Registry --&gt; SchemaCache: what it has, by the length of the texts
 *                 ^                                         |    `---&gt; who asked {@link #LAG_MAX} before is told: unknown
 *                 `--- timer ---- asked again after a wait: no answer, or unknown to who asked a moment ago
 * </pre>
 *
 * <p>Waits end on a thread of their own, which looks nothing up: an id that has rested takes its tenant's turn at once, however
 * many lookups of others are due.
 *
 * <p>That an id is unknown is kept for nobody: the next record that names it may have been produced with a schema registered
 * since.
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

    /**
     * For so long a follower of the registry may not have what its leader has. Until a lookup that began so long after the
     * request says so, no id is unknown.
     */
    static final Duration LAG_MAX = Duration.ofSeconds(2);

    private static final Lookup UNKNOWN = new Lookup.Unknown("is not in the schema registry");

    /** Who knows the schemas. Safe for several threads. */
    interface Registry extends Closeable {
        /** What it has of this id, whether the ledger can use it or not; empty if there is no such id. Does not know: an exception. */
        Optional<Lookup> lookUp(int id) throws IOException, RestClientException;
    }

    /** A lookup on its way. */
    private record Asking(Turn turn, long beganNanos) {}

    /** Somebody who waits for ids. */
    private static final class Request {
        private final String tenant;
        private final int first;
        private final Set<Integer> open;
        private final long askedNanos;
        private final Consumer<Map<Integer, Lookup>> known;
        private final Map<Integer, Lookup> unknown = new LinkedHashMap<>();
        private long text;

        Request(String tenant, List<Integer> ids, long askedNanos, Consumer<Map<Integer, Lookup>> known) {
            this.tenant = tenant;
            this.first = ids.get(0);
            this.open = new LinkedHashSet<>(ids);
            this.askedNanos = askedNanos;
            this.known = known;
        }

        private boolean askedAfter(long nanos) {
            return nanos - askedNanos < 0;
        }

        /** How long to wait for a lookup whose denial counts, from then on. */
        private long patienceNanos(long fromNanos) {
            return LAG_MAX.toNanos() - (fromNanos - askedNanos);
        }
    }

    private final Registry registry;
    private final ExecutorService threads;
    private final ScheduledExecutorService timer;
    private final Duration retry;
    private final LongSupplier nanoClock;
    private final SchemaCache<Lookup> kept = new SchemaCache<>(TEXT_KEPT_MAX);
    private final SchemaTurns turns = new SchemaTurns();
    private final Map<Integer, List<Request>> waiting = new HashMap<>();

    /** Ids that are being looked up, or rest after a lookup that failed: nobody else has them looked up meanwhile. */
    private final Set<Integer> asked = new HashSet<>();

    /** Ids that somebody waits for although they were unknown, with the time when the last lookup of each began. */
    private final Map<Integer, Long> denied = new HashMap<>();

    /** Those of them that will be looked up again after a wait; who asks for one meanwhile has it looked up at once. */
    private final Set<Integer> resting = new HashSet<>();

    /**
     * @param registry closed by {@link #close}
     * @param threads where lookups run; shut down by {@link #close}
     * @param timer where waits end; shut down by {@link #close}
     * @param retry wait after a lookup that failed
     * @param nanoClock nanoseconds of a monotonic clock
     */
    RegistrySchemas(
            Registry registry,
            ExecutorService threads,
            ScheduledExecutorService timer,
            Duration retry,
            LongSupplier nanoClock) {
        this.registry = registry;
        this.threads = threads;
        this.timer = timer;
        this.retry = retry;
        this.nanoClock = nanoClock;
    }

    /** What the registry was found to have; unknown only if the ledger cannot use it. */
    @Override
    public synchronized Lookup byId(int id) {
        return kept.get(id).orElseGet(Lookup.Pending::new);
    }

    /**
     * Asks the registry and then tells {@code known}, on a thread of this class, which of the ids it does not have. Only the
     * first id is then known for certain: it is asked for again and again while the registry does not answer. The others are
     * left out once the registry fails, or once their schemas are many and long. An id that the registry does not have is asked
     * for at once, and once more after {@link #LAG_MAX}.
     *
     * @param tenant on whose account
     * @param ids at least one, that which is needed first before those needed next
     */
    synchronized void request(String tenant, List<Integer> ids, Consumer<Map<Integer, Lookup>> known) {
        Request request = new Request(tenant, ids, nanoClock.getAsLong(), known);
        for (int id : request.open) {
            waiting.computeIfAbsent(id, any -> new ArrayList<>()).add(request);
            askFor(tenant, id);
        }
    }

    private void askFor(String tenant, int id) {
        turns.add(tenant, id);
        try {
            threads.execute(this::serve);
        } catch (RejectedExecutionException e) {
            tellClosing();
        }
    }

    private void after(Duration wait, Runnable task) {
        try {
            ScheduledFuture<?> unused = timer.schedule(task, wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            tellClosing();
        }
    }

    private static void tellClosing() {
        LOGGER.atDebug().log("closing, no schema is asked for any more");
    }

    /** Looks up whatever is next: there is one of these tasks for each turn. */
    private void serve() {
        next().ifPresent(asking -> {
            int id = asking.turn().id();
            List<Request> complete;
            try {
                complete = answered(asking, registry.lookUp(id));
            } catch (Throwable e) {
                // An error, too: the executor would keep it to itself, and those who wait for the id would for ever.
                complete = failed(id);
                tell(id, e);
            }
            complete.forEach(request -> request.known.accept(Collections.unmodifiableMap(request.unknown)));
        });
    }

    private synchronized Optional<Asking> next() {
        Optional<Turn> next = turns.next();
        while (next.isPresent() && !isDue(next.get().id())) {
            next = turns.next();
        }
        next.ifPresent(turn -> asked.add(turn.id()));
        return next.map(turn -> new Asking(turn, nanoClock.getAsLong()));
    }

    /** Not if another tenant's turn has brought it, if it need not be known any more, or if nobody would learn anything new. */
    private boolean isDue(int id) {
        Long began = denied.get(id);
        long now = nanoClock.getAsLong();
        return !asked.contains(id)
                && waiting.getOrDefault(id, List.of()).stream()
                        .anyMatch(request ->
                                began == null || request.askedAfter(began) || request.patienceNanos(now) <= 0);
    }

    private synchronized List<Request> answered(Asking asking, Optional<Lookup> answer) {
        int id = asking.turn().id();
        asked.remove(id);
        List<Request> requests = List.copyOf(waiting.getOrDefault(id, List.of()));
        List<Request> complete = new ArrayList<>();
        if (answer.isPresent()) {
            keep(asking.turn(), answer.get(), requests);
            requests.forEach(request -> answered(request, id, complete));
        } else {
            deny(asking, requests, complete);
        }
        return complete;
    }

    private void keep(Turn turn, Lookup answer, List<Request> requests) {
        long text = answer instanceof Lookup.Found found ? found.schema().textLength() : 0;
        kept.put(turn.tenant(), turn.id(), answer, text + TEXT_OVERHEAD);
        requests.forEach(request -> request.text += text + TEXT_OVERHEAD);
    }

    /** The denial counts for those who asked long ago; for the others, the id is looked up again. */
    private void deny(Asking asking, List<Request> requests, List<Request> complete) {
        int id = asking.turn().id();
        denied.put(id, asking.beganNanos());
        for (Request request : requests) {
            if (request.patienceNanos(asking.beganNanos()) <= 0) {
                request.unknown.put(id, UNKNOWN);
                answered(request, id, complete);
            } else if (request.askedAfter(asking.beganNanos())) {
                // It may have been registered since.
                askFor(request.tenant, id);
            }
        }
        rest(id);
    }

    /** Until a denial would count for who asked first of those who wait. */
    private void rest(int id) {
        if (!waiting.containsKey(id)) {
            denied.remove(id);
        } else if (resting.add(id)) {
            long now = nanoClock.getAsLong();
            long patience = waiting.get(id).stream()
                    .mapToLong(request -> request.patienceNanos(now))
                    .min()
                    .orElseThrow();
            // Not a moment too early: it would have to be asked for once more.
            after(Duration.ofNanos(Math.max(0, patience)).plusMillis(1), () -> askAgain(id, resting));
        }
    }

    private void answered(Request request, int id, List<Request> complete) {
        request.open.remove(id);
        doesNotWait(request, id);
        if (request.text > TEXT_ASKED_MAX) {
            needFirstOnly(request);
        }
        if (request.open.isEmpty()) {
            complete.add(request);
        }
    }

    private void doesNotWait(Request request, int id) {
        waiting.computeIfPresent(id, (of, requests) -> {
            requests.remove(request);
            return requests.isEmpty() ? null : requests;
        });
        if (!waiting.containsKey(id)) {
            denied.remove(id);
        }
    }

    private void needFirstOnly(Request request) {
        for (int id : List.copyOf(request.open)) {
            if (id != request.first) {
                request.open.remove(id);
                doesNotWait(request, id);
            }
        }
    }

    private synchronized List<Request> failed(int id) {
        after(retry, () -> askAgain(id, asked));
        List<Request> complete = new ArrayList<>();
        for (Request request : List.copyOf(waiting.getOrDefault(id, List.of()))) {
            needFirstOnly(request);
            if (request.open.isEmpty()) {
                complete.add(request);
            }
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

    /** The id has rested, as is noted there. */
    private synchronized void askAgain(int id, Set<Integer> noted) {
        noted.remove(id);
        if (isDue(id)) {
            waiting.get(id).stream()
                    .map(request -> request.tenant)
                    .collect(Collectors.toSet())
                    .forEach(tenant -> askFor(tenant, id));
        } else if (denied.containsKey(id) && !asked.contains(id)) {
            rest(id);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        threads.shutdownNow();
        try {
            registry.close();
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("error", e.toString()).log("schema registry client did not close cleanly");
        }
    }
}
