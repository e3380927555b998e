// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Phase 9: is the bundle kept as long as was promised, and as long as is required? What the store really does is read from
 * it now, where the bundle comes from there; else the next window's bundle tells it: its export.json has the lock of this
 * one's manifest as it was read back from the store. Of the newest window nobody can know yet then: where the lock of the one
 * before was checked, that leaves nothing incomplete; and where an earlier verification ended with that one, it is checked
 * now.
 *
 * @param requiredDays what trust root and request ask for, from the window's end; 0 for nothing
 * @param locks what was read from the store now, by the bundle's folder
 */
record RetentionCheck(long requiredDays, Map<Path, StoreLock> locks) {
    private static final String NO_LOCK = "none";
    private static final String LOCKS_NOTHING = "the store locks nothing (lock mode none)";

    /** From the weakest on. */
    private static final List<String> MODES = List.of(NO_LOCK, "governance", "compliance");

    /**
     * What a bundle's neighbours say of locks.
     *
     * @param told this bundle's lock, as the next one tells it
     * @param newest whether there is no next one
     * @param checkedBefore whether the one before was found to be locked as it must
     * @param coveredBefore the one before, if an earlier verification covered it
     */
    record Neighbours(
            Optional<ExportRecord.PreviousLock> told,
            boolean newest,
            boolean checkedBefore,
            Optional<Path> coveredBefore) {}

    /**
     * The lock that a bundle's export.json tells of; that is checked when its own turn comes.
     *
     * @return empty if it tells of none, or cannot be read
     */
    static Optional<ExportRecord.PreviousLock> toldBy(Path next) {
        try (InputStream in = RegularFile.open(next.resolve(BundleLayout.EXPORT))) {
            return ExportRecord.parse(in.readNBytes(BundleLayout.LIST_BYTES_MAX + 1))
                    .previousLock();
        } catch (BundleException | IOException e) {
            return Optional.empty(); // a fault of that bundle
        }
    }

    void run(Path bundle, Documents documents, Neighbours neighbours, Findings findings) throws IOException {
        boolean checkedBefore = neighbours.checkedBefore();
        if (neighbours.coveredBefore().isPresent()) {
            checkedBefore = runBefore(neighbours.coveredBefore().get(), documents, findings);
        }
        run(bundle, documents, neighbours.told(), neighbours.newest() && checkedBefore, findings);
    }

    /** The verification that ended with this bundle could not know its lock. */
    private boolean runBefore(Path folder, Documents next, Findings findings) throws IOException {
        Findings own = new Findings();
        Documents documents = Documents.read(new BundleFolder(folder), own);
        run(folder, documents, next.export().flatMap(ExportRecord::previousLock), false, own);
        PhaseVerdict verdict = own.verdict(Phase.RETENTION);
        String name = "../" + folder.getFileName() + "/" + BundleLayout.EXPORT;
        verdict.faults().forEach(fault -> findings.fail(Phase.RETENTION, name, fault.message()));
        if (verdict.verdict() == PhaseVerdict.Verdict.NOT_CHECKED) {
            verdict.reasons()
                    .forEach(why -> findings.notChecked(
                            Phase.RETENTION, verdict.exitCode(), "the bundle before (--since): " + why));
        }
        return verdict.verdict() == PhaseVerdict.Verdict.PASS;
    }

    /** @param excused whether it is no fault of the evidence that nobody tells this bundle's lock yet */
    private void run(
            Path bundle,
            Documents documents,
            Optional<ExportRecord.PreviousLock> told,
            boolean excused,
            Findings findings) {
        if (documents.manifest().isEmpty() || documents.export().isEmpty()) {
            notChecked(findings, "manifest or export.json is missing or malformed");
            return;
        }
        Manifest manifest = documents.manifest().get();
        if (manifest.derived().isPresent()) {
            findings.notChecked(Phase.RETENTION, ExitCode.VALID, "a copy: its original is what is kept");
            return;
        }
        ExportRecord.Retention promise = documents.export().get().retention();
        Instant end = manifest.window().end();
        requirePromise(promise, end, findings);
        StoreLock read = locks.get(bundle);
        if (StoreLock.NOT_SHOWN.equals(read)) { // whatever was told when it was written: it is not so now
            notChecked(
                    findings,
                    NO_LOCK.equals(promise.mode())
                            ? LOCKS_NOTHING
                            : "the store shows no lock now: there is none, or whoever read it may not see it");
            return;
        }
        if (read != null) {
            requireLock("the store's lock, read from it now, is ", read, promise, end, findings);
            if (promise.legalHold() && !read.legalHold()) { // no fault: holds end when they are taken back
                findings.note("retention: export.json tells of a legal hold, and the store does not show one for every"
                        + " object now: it was taken back, or was never there");
            }
            findings.checked(Phase.RETENTION);
            return;
        }
        Hash digest = Hash.sha256(documents.manifestBytes().orElseThrow().bytes());
        Optional<ExportRecord.PreviousLock> lock =
                told.filter(found -> found.manifest().equals(digest));
        if (lock.isEmpty() && NO_LOCK.equals(promise.mode())) {
            notChecked(findings, LOCKS_NOTHING);
            return;
        }
        if (lock.isEmpty()) {
            String why = "no lock of this bundle was read back: the next window's bundle tells of it";
            findings.notChecked(
                    Phase.RETENTION, excused || requiredDays == 0 ? ExitCode.VALID : ExitCode.INCOMPLETE, why);
            if (excused && requiredDays > 0) {
                findings.note("retention: this is the newest window, whose lock nobody tells yet; the one before is"
                        + " locked as required");
            }
            return;
        }
        requireLock(
                "the store's lock, read back for the next bundle, is ",
                new StoreLock(lock.get().mode(), lock.get().until()),
                promise,
                end,
                findings);
        findings.checked(Phase.RETENTION);
    }

    private void requirePromise(ExportRecord.Retention promise, Instant end, Findings findings) {
        Instant least = end.plus(Duration.ofDays(promise.days()));
        if (promise.until().isBefore(least)) {
            fail(
                    findings,
                    "until is " + promise.until() + ", before " + least + " (window end and " + promise.days()
                            + " days)");
        }
        if (promise.days() < requiredDays) {
            fail(findings, "retention of " + promise.days() + " days, required are " + requiredDays);
        }
    }

    /** Where no lock was promised, what the store locks by itself is held to what is required, and to nothing else. */
    private void requireLock(
            String source, StoreLock lock, ExportRecord.Retention promise, Instant end, Findings findings) {
        boolean promised = !NO_LOCK.equals(promise.mode());
        boolean locks = MODES.indexOf(lock.mode()) > MODES.indexOf(NO_LOCK);
        if (!locks && !promised) {
            notChecked(findings, source + "none, and none was promised");
            return;
        }
        String found = source + lock.mode() + " until " + lock.until();
        Instant required = end.plus(Duration.ofDays(requiredDays));
        if (!locks) {
            fail(findings, found + ", which is no lock");
        } else if (MODES.indexOf(lock.mode()) < MODES.indexOf(promise.mode())) {
            fail(findings, found + ", promised was " + promise.mode());
        }
        if (promised && lock.until().isBefore(promise.until())) {
            fail(findings, found + ", promised was " + promise.until());
        } else if (requiredDays > 0 && lock.until().isBefore(required)) {
            fail(findings, found + ", required are " + requiredDays + " days, to " + required);
        }
    }

    private static void fail(Findings findings, String message) {
        findings.fail(Phase.RETENTION, BundleLayout.EXPORT, message);
    }

    private void notChecked(Findings findings, String why) {
        findings.notChecked(Phase.RETENTION, requiredDays > 0 ? ExitCode.INCOMPLETE : ExitCode.VALID, why);
    }
}
