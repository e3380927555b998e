// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.sign.CheckpointSigner;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Serde;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of the signer. It signs where it owns the partition of {@code ledger.registry} and stands by elsewhere.
 *
 * <p>Fenced by another signer, or cut off from the broker or from a key that is kept elsewhere, it drops all it holds and applies again; the state is in the
 * topics. Only what starting over cannot mend ({@link SignerFaults}) stops it for good and the application with it.
 */
final class Signer implements AutoCloseable {
    /** Most roots signed between two commits of offsets; fewer where their signatures take long. */
    static final int ROOTS_MAX = 1000;

    private static final Logger LOGGER = LoggerFactory.getLogger(Signer.class);
    private static final Duration BACKOFF = Duration.ofSeconds(5);

    private final AnchorConfig config;
    private final String instance;
    private final CheckpointSigner checkpoints;
    private final Serde<SpecificRecord> records;
    private final Consumer<Throwable> onFatal;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicReference<SignerTerm> term = new AtomicReference<>();
    private final SignerMetrics metrics;
    private final Thread thread;

    /**
     * @param instance names this process in the signer's group
     * @param onFatal called once, on the signer's thread, if it stops for good
     */
    Signer(
            AnchorConfig config,
            String instance,
            CheckpointSigner checkpoints,
            Serde<SpecificRecord> records,
            SignerMetrics metrics,
            Consumer<Throwable> onFatal) {
        this.config = config;
        this.instance = instance;
        this.checkpoints = checkpoints;
        this.records = records;
        this.metrics = metrics;
        this.onFatal = onFatal;
        this.thread = new Thread(this::run, config.topics().group("signer"));
    }

    void start() {
        thread.start();
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    private void run() {
        try {
            while (stopping.getCount() > 0) {
                serve();
            }
        } catch (RuntimeException | Error e) {
            LOGGER.atError().setCause(e).log("signer stopped");
            onFatal.accept(e);
        }
    }

    /** One term; returns when it is over and another may begin. */
    private void serve() {
        try (SignerTerm current = new SignerTerm(config, instance, checkpoints, records, metrics)) {
            term.set(current);
            while (stopping.getCount() > 0) {
                current.work();
            }
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            standBy("another signer took over, standing by", e);
        } catch (WakeupException e) {
            LOGGER.atDebug().log("signer was woken up to stop");
        } catch (KafkaException e) {
            if (SignerFaults.areHopeless(e)) {
                throw e;
            }
            standBy("signer lost the broker or its partition, starting over", e);
        } catch (UncheckedIOException e) {
            standBy("a signing key's keeper does not answer, starting over", e);
        } finally {
            term.set(null);
        }
    }

    private void standBy(String what, RuntimeException cause) {
        metrics.interrupted();
        LOGGER.atWarn().addKeyValue("error", cause.toString()).log(what);
        try {
            if (stopping.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS)) {
                LOGGER.atDebug().log("signer stops while standing by");
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        stopping.countDown();
        SignerTerm current = term.get();
        if (current != null) {
            current.wakeUp();
        }
        try {
            if (Thread.currentThread() != thread) {
                thread.join(Duration.ofSeconds(30).toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
