// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * {@code export.json}: what it promises is signed, whoever stored it. One that is stored already, by an attempt before this
 * one under other rules perhaps, is adopted if it lists the same files and the verifier would accept what it says of locks;
 * the whole bundle is then kept as it promises. So whoever stores one in our place makes locks longer, never shorter.
 */
final class ExportPromise implements BundleFolder.Varying {
    private final ExportRecord ours;
    private final Instant windowEnd;
    private final Optional<BundleBefore> before;
    private final ObjectStore store;

    /**
     * @param ours the record to store where there is none
     * @param windowEnd of the bundle's window
     * @param before the tenant's bundle before, in the same store
     */
    ExportPromise(ExportRecord ours, Instant windowEnd, Optional<BundleBefore> before, ObjectStore store) {
        this.ours = ours;
        this.windowEnd = windowEnd;
        this.before = before;
        this.store = store;
    }

    @Override
    public byte[] make() {
        return ours.encode();
    }

    @Override
    public Optional<String> fault(byte[] stored) throws IOException {
        ExportRecord found;
        try {
            found = ExportRecord.parse(stored);
        } catch (BundleException e) {
            return Optional.of(e.getMessage());
        }
        if (!found.files().equals(ours.files())) {
            return Optional.of("a list of other files");
        }
        Optional<String> fault = fault(found.retention());
        return fault.isPresent() || found.previousLock().isEmpty()
                ? fault
                : fault(found.previousLock().get());
    }

    private Optional<String> fault(ExportRecord.Retention promise) {
        Instant least = windowEnd.plus(Duration.ofDays(promise.days()));
        if (promise.days() < 1) {
            return Optional.of("a promise to keep the bundle for " + promise.days() + " days");
        }
        if (promise.until().isBefore(least)) {
            return Optional.of("a promise to keep the bundle until " + promise.until() + ", before " + least
                    + " (window end and " + promise.days() + " days)");
        }
        return mode(promise.mode()).isEmpty()
                ? Optional.of("a promise of lock mode '" + promise.mode() + "', which no store has")
                : Optional.empty();
    }

    /** The store may have reported less than the bundle before promises; not where it reports enough now. */
    private Optional<String> fault(ExportRecord.PreviousLock told) throws IOException {
        if (before.isEmpty()) {
            return Optional.of("the lock of a bundle before, in a tenant's first window");
        }
        if (!told.manifest().equals(before.get().manifest())) {
            return Optional.of("the lock of another bundle than the one before: manifest " + told.manifest() + ", not "
                    + before.get().manifest());
        }
        Optional<ExportRecord.Retention> promise = before.get().promise(store);
        if (promise.isEmpty() || keeps(mode(told.mode()), told.until(), promise.get())) {
            return Optional.empty();
        }
        Optional<ObjectLock> reported = before.get().dated();
        return reported.isPresent()
                        && keeps(
                                Optional.of(reported.get().mode()),
                                reported.get().until(),
                                promise.get())
                ? Optional.of("for the bundle before a lock " + told.mode() + " until " + told.until()
                        + ", less than it promises (" + promise.get().mode() + " until "
                        + promise.get().until() + ") and than the store reports ("
                        + reported.get().mode().text() + " until "
                        + reported.get().until() + ")")
                : Optional.empty();
    }

    private static boolean keeps(Optional<LockMode> mode, Instant until, ExportRecord.Retention promise) {
        LockMode promised = mode(promise.mode()).orElse(LockMode.NONE);
        return mode.filter(found -> found != LockMode.NONE && found.compareTo(promised) >= 0)
                        .isPresent()
                && !until.isBefore(promise.until());
    }

    private static Optional<LockMode> mode(String text) {
        try {
            return Optional.of(LockMode.of(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * What the bundle must be protected for, beside what today's rules say.
     *
     * @param export what is stored, ours or adopted
     */
    Protection promised(byte[] export) {
        try {
            ExportRecord.Retention promise = ExportRecord.parse(export).retention();
            LockMode mode = LockMode.of(promise.mode());
            return new Protection(
                    promise.until(),
                    promise.legalHold(),
                    "",
                    mode.compareTo(store.lockMode()) > 0 ? mode : LockMode.NONE);
        } catch (BundleException e) {
            throw new IllegalStateException("an export.json that was accepted cannot be read", e);
        }
    }
}
