// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.export.audit.AuditStatement;
import io.tallystick.export.audit.BundleWalk;
import io.tallystick.export.audit.Finding;
import io.tallystick.export.audit.SelfAudit;
import io.tallystick.topic.LedgerIntegrityException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Audits a bundle from time to time, and reports into the operator's chain: at once what fails, else every hour. It never
 * stops the export: what is wrong with a stored bundle does not become better by storing no others.
 */
final class AuditThread implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(AuditThread.class);

    /** After a crash no more than this is audited again. */
    private static final Duration SAVED_EVERY = Duration.ofMinutes(1);

    private final BundleWalk walk;
    private final SelfAudit audit;
    private final Report report;
    private final Places places;
    private final AuditMetrics metrics;
    private final Pace pace;
    private final InstantSource clock;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "export-audit");
    private AuditStatement statement;

    /** Whether it goes on where an earlier process was. */
    private boolean resumed;

    private Instant saved;

    /** Somebody must know at once; until it is sent. */
    private boolean urgent;

    /** Where statements go. */
    interface Report {
        /** @throws KafkaException if it cannot be written; it is then tried again with what was found since */
        void send(AuditStatement statement, Instant until);
    }

    /** Where it is kept how far the audit is. */
    interface Places {
        /**
         * What was kept last.
         *
         * @return empty if nothing was
         * @throws KafkaException if it cannot be read
         */
        Optional<BundleWalk.Progress> load();

        /** @throws KafkaException if it cannot be written; what was kept before stays */
        void save(BundleWalk.Progress progress);
    }

    /** Time from one bundle to the next, and from one statement to the next. */
    record Pace(Duration bundle, Duration statement) {}

    AuditThread(
            BundleWalk walk,
            SelfAudit audit,
            Report report,
            Places places,
            AuditMetrics metrics,
            Pace pace,
            InstantSource clock) {
        this.walk = walk;
        this.audit = audit;
        this.report = report;
        this.places = places;
        this.metrics = metrics;
        this.pace = pace;
        this.clock = clock;
        this.statement = new AuditStatement(clock.instant());
        this.saved = clock.instant();
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!stopped.await(pace.bundle().toMillis(), TimeUnit.MILLISECONDS)) {
                round();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() {
        try {
            once();
        } catch (RuntimeException e) {
            metrics.error();
            LOGGER.atError().setCause(e).log("an audit could not go on to the next bundle, trying again");
        }
    }

    /** Audits the next bundle, if there is one, and reports if it is time. */
    void once() {
        if (!resumed && !resume()) {
            return;
        }
        Optional<BundleWalk.Target> target = walk.next();
        try {
            if (target.isPresent()) {
                audit(target.get());
            }
        } catch (IOException | UncheckedIOException e) {
            metrics.unread();
            LOGGER.atWarn()
                    .addKeyValue("tenant", target.get().tenant())
                    .addKeyValue("window", target.get().windowStart())
                    .addKeyValue("error", e.toString())
                    .log("a bundle could not be read for its audit");
        } catch (RuntimeException e) {
            broke(target.get(), e);
        }
        boolean due = !clock.instant().isBefore(statement.from().plus(pace.statement()));
        if (!statement.isEmpty() && (urgent || due)) {
            send();
        }
        if (!clock.instant().isBefore(saved.plus(SAVED_EVERY))) {
            save();
        }
    }

    /** Without it old bundles might never be reached, where a process never lives as long as a way back takes. */
    private boolean resume() {
        try {
            places.load().ifPresent(walk::resume);
            resumed = true;
        } catch (KafkaException e) {
            LOGGER.atWarn()
                    .addKeyValue("error", e.toString())
                    .log("how far the self-audit was could not be read, trying again");
        }
        return resumed;
    }

    private void save() {
        saved = clock.instant();
        try {
            places.save(walk.progress());
        } catch (KafkaException e) {
            LOGGER.atWarn()
                    .addKeyValue("error", e.toString())
                    .log("how far the self-audit is could not be kept, trying again");
        }
    }

    /** A fault of this program, which the store is not to be blamed for; the next bundle may do. */
    private void broke(BundleWalk.Target target, RuntimeException fault) {
        statement.add(SelfAudit.broken(target, fault));
        metrics.error();
        LOGGER.atError()
                .addKeyValue("tenant", target.tenant())
                .addKeyValue("window", target.windowStart())
                .setCause(fault)
                .log("an audit broke, and says nothing of its bundle: a fault of this program");
    }

    private void audit(BundleWalk.Target target) throws IOException {
        Optional<Finding> finding = audit.audit(target, clock.instant());
        if (finding.isPresent()) {
            walk.found(target);
            take(finding.get());
        } else if (walk.mustExist(target)) {
            missed(target);
        } else {
            walk.ended(target);
        }
    }

    /** What is not there was disposed of if the first bundle after it is sound and may have none before it any more. */
    private void missed(BundleWalk.Target target) throws IOException {
        Optional<BundleWalk.Target> later = walk.after(target);
        Optional<Finding> first = Optional.empty();
        while (later.isPresent() && first.isEmpty()) {
            first = audit.audit(later.get(), clock.instant());
            if (first.isEmpty()) {
                later = walk.after(later.get());
            }
        }
        first.ifPresent(this::take);
        if (first.filter(finding -> finding.isSound() && finding.previousDisposed())
                .isPresent()) {
            walk.begins(later.orElseThrow());
        } else {
            walk.lost(target);
            take(SelfAudit.missing(target));
        }
    }

    private void take(Finding finding) {
        statement.add(finding);
        if (finding.isSound()) {
            metrics.sound(clock.instant());
            return;
        }
        urgent = true;
        metrics.failed();
        LOGGER.atError()
                .addKeyValue("tenant", finding.tenant())
                .addKeyValue("window", finding.windowStart())
                .addKeyValue("exitCode", finding.exitCode())
                .addKeyValue("report", finding.report())
                .log("a stored bundle does not verify any more");
    }

    private void send() {
        Instant until = clock.instant();
        try {
            report.send(statement, until);
            statement = new AuditStatement(until);
            urgent = false;
        } catch (KafkaException | LedgerIntegrityException e) { // no key may sign now, say
            LOGGER.atWarn()
                    .addKeyValue("error", e.toString())
                    .log("an audit's result could not be written to the operator's chain, trying again");
        }
    }

    /** Ends the thread; what nobody was told of yet is told, in one attempt, and how far it is is kept. */
    @Override
    public void close() {
        stopped.countDown();
        Threads.awaitEnd(thread);
        if (!statement.isEmpty()) {
            send();
            statement = new AuditStatement(clock.instant());
        }
        if (resumed) {
            save();
        }
        metrics.close();
    }
}
