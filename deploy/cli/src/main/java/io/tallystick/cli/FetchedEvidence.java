// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.export.EvidenceStore;
import io.tallystick.export.fetch.BucketFetch;
import io.tallystick.export.fetch.Fetched;
import io.tallystick.export.fetch.ScratchException;
import io.tallystick.export.fetch.TooMuchException;
import io.tallystick.export.fetch.UnfitBucketException;
import io.tallystick.export.store.ScratchDirectory;
import io.tallystick.export.store.StoreListing;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.PlainText;
import io.tallystick.verify.Reason;
import io.tallystick.verify.StoreLock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Evidence that was fetched from a bucket into a folder that nobody else can read. The folder goes with the process. */
final class FetchedEvidence implements LocatedEvidence {
    private static final int REMOVALS = 20;
    private static final long REMOVAL_PAUSE_MS = 50;

    private final EvidenceStore store;
    private final PrintWriter err;
    private final ScratchDirectory scratch;
    private final Thread onSignal = new Thread(this::abandon, "tally-fetched");
    private volatile BucketFetch fetch;
    private volatile boolean abandoned;
    private Path bucket;
    private Map<Path, StoreLock> locks = Map.of();

    private FetchedEvidence(EvidenceStore store, PrintWriter err, ScratchDirectory scratch) {
        this.store = store;
        this.err = err;
        this.scratch = scratch;
    }

    /**
     * Fetches what is wanted.
     *
     * @param parent where the folder is made
     * @param err for progress, and what is worth to be known of the bucket
     * @throws CommandException if it cannot be had
     */
    static FetchedEvidence of(EvidenceStore store, EvidenceSource.Wanted wanted, Path parent, PrintWriter err) {
        FetchedEvidence evidence = new FetchedEvidence(store, err, scratch(parent));
        boolean well = false;
        try {
            Runtime.getRuntime().addShutdownHook(evidence.onSignal);
            evidence.run(wanted);
            well = true;
            return evidence;
        } finally {
            if (!well) {
                evidence.remove();
            }
        }
    }

    private static ScratchDirectory scratch(Path parent) {
        try {
            return ScratchDirectory.open(parent);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "cannot use " + parent + " for what is fetched: " + Reason.of(e),
                    "Name another folder with --scratch.",
                    e);
        }
    }

    private void run(EvidenceSource.Wanted wanted) {
        note("fetching from " + store + ": " + wanted.extent());
        try (StoreListing listing = store.open()) {
            fetch = new BucketFetch(listing, new FetchProgress(err));
            Fetched fetched = fetch.into(scratch.path(), wanted.extent(), wanted.narrowing())
                    .orElseThrow(() -> new CommandException(
                            ExitCode.USAGE,
                            "there is no evidence in " + store,
                            "Name the bucket with the prefix under which v1 lies, as in ledger.export.store."));
            bucket = fetched.bucket().toRealPath();
            locks = locks(fetched);
            tell(fetched);
        } catch (UnfitBucketException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "in " + store + " is what cannot be evidence, and nothing was verified: " + e.getMessage(),
                    "Find out who stored it, and take it out of the way: no ledger stores it.",
                    e);
        } catch (TooMuchException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    e.getMessage() + " in " + store + ": that is more than is fetched at once",
                    "Ask for less: --tenant, and --since, or --from and --to, where the command has them.",
                    e);
        } catch (ScratchException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    e.getMessage(),
                    "Make room, name another folder with --scratch, or ask for less (--tenant).",
                    e);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "cannot fetch from " + store + ", and nothing was found out about the evidence: " + Reason.of(e),
                    "Are bucket and endpoint right, and do the credentials in the environment allow to list its versions"
                            + " and to read them?",
                    e);
        }
    }

    private Map<Path, StoreLock> locks(Fetched fetched) {
        Map<Path, StoreLock> read = new HashMap<>();
        fetched.locks()
                .forEach((folder, lock) -> read.put(
                        bucket.resolve(folder), new StoreLock(lock.mode().text(), lock.until(), lock.legalHold())));
        fetched.withoutLock().forEach(folder -> read.put(bucket.resolve(folder), StoreLock.NOT_SHOWN));
        return read;
    }

    private void tell(Fetched fetched) {
        note("fetched " + fetched.objects() + " objects, " + FetchProgress.mebibytes(fetched.bytes()) + " MiB");
        if (fetched.ambiguous() > 0) {
            note("  " + fetched.ambiguous()
                    + " of them have a second version, or the first is hidden: the oldest counts."
                    + " Find out who did it.");
        }
        if (fetched.incomplete() > 0) {
            note("  " + fetched.incomplete()
                    + " folders have no checkpoint: they are not committed and were not fetched");
        }
        if (!fetched.withoutLock().isEmpty()) {
            note("  " + fetched.withoutLock().size()
                    + " bundles show no lock: they have none, or these credentials may not see"
                    + " it (S3: s3:GetObjectRetention)");
        }
    }

    private void note(String text) {
        err.println(PlainText.line(text));
        err.flush();
    }

    @Override
    public Path path() {
        return bucket;
    }

    @Override
    public Map<Path, StoreLock> locks() {
        return locks;
    }

    @Override
    public void close() {
        if (abandoned) {
            throw new CommandException(
                    ExitCode.UNREACHABLE, "stopped; nothing was found out about the evidence", "Run it again.");
        }
        remove();
    }

    private void remove() {
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
            scratch.close();
        } catch (IllegalStateException e) {
            return; // the process ends: the hook removes it
        } catch (IOException e) {
            note("cannot remove " + scratch.path() + ": " + Reason.of(e) + "; the next fetch removes it");
        }
    }

    /** Whoever still writes is told to end, and may make a file or two until then. */
    private void abandon() {
        abandoned = true;
        if (fetch != null) {
            fetch.stop();
        }
        for (int i = 0; i < REMOVALS; i++) {
            try {
                scratch.close();
                return;
            } catch (IOException e) {
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(REMOVAL_PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
