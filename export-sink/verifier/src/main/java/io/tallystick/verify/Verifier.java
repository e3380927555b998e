// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.LedgerTime;
import io.tallystick.tree.Hash;
import io.tallystick.trust.TrustRoot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Verifies evidence bundles offline. DESIGN.md section 9.
 *
 * <pre>
 * target ── bundles of each tenant, by window ──► BundleCheck: phases 1 to 9 of each
 *        │                                   └──► WindowSequence: phase 8 between them
 *        └─ registry leaves ────────────────────► RegistryAudit: heads that no bundle accounts for
 * </pre>
 *
 * Thread-safe: it has no state.
 */
public final class Verifier {
    private Verifier() {}

    /** Verifies what the request names. Whatever is wrong with the input is in the report; this does not throw. */
    public static VerificationReport verify(VerifyRequest request) {
        for (Optional<Path> path :
                List.of(Optional.of(request.target()), request.trustRoot(), request.registry(), request.since())) {
            if (path.isPresent() && !Files.exists(path.get())) {
                return problem(ExitCode.USAGE, path.get() + " does not exist");
            }
        }
        if (request.registry().isPresent()
                && !Files.isDirectory(request.registry().get())) {
            return problem(ExitCode.USAGE, request.registry().get() + " is not a folder");
        }
        return reading(() -> {
            if (Files.isDirectory(request.target())) {
                return folder(request);
            }
            return UnpackedZip.isZip(request.target())
                    ? archive(request)
                    : problem(ExitCode.USAGE, request.target() + " is not a folder or a zip archive");
        });
    }

    /** What finds the storage gone may be any of its steps. */
    interface Reading {
        VerificationReport report() throws IOException;
    }

    /** A storage that cannot be read is in the report, also where a listing of files wraps what it met. */
    static VerificationReport reading(Reading reading) {
        try {
            return reading.report();
        } catch (TemporaryFolderException e) {
            return problem(ExitCode.USAGE, e.getMessage());
        } catch (DirectoryIteratorException e) {
            return unreadable(e.getCause());
        } catch (UncheckedIOException e) {
            return unreadable(e.getCause());
        } catch (IOException e) {
            return unreadable(e);
        }
    }

    private static VerificationReport unreadable(IOException fault) {
        return problem(ExitCode.UNREACHABLE, "cannot read: " + Reason.of(fault));
    }

    private static VerificationReport archive(VerifyRequest request) throws IOException {
        try (UnpackedZip unpacked = UnpackedZip.of(request.target())) {
            return folder(request.withTarget(unpacked.folder()));
        } catch (ZipFault e) {
            return refused(String.valueOf(request.target().getFileName()), e.getMessage());
        }
    }

    /** What is not even looked into. */
    private static VerificationReport refused(String file, String message) {
        Findings findings = new Findings();
        findings.fail(Phase.STRUCTURE, file, message);
        return new VerificationReport(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(findings.verdict(Phase.STRUCTURE)),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of());
    }

    private static VerificationReport folder(VerifyRequest request) throws IOException {
        try {
            return request.tenant().isPresent()
                    ? tenant(request, request.tenant().get())
                    : new Run(request).verify();
        } catch (SinceException e) {
            return problem(e.exitCode(), e.getMessage());
        }
    }

    /** Of a bucket, this tenant alone. Links in the bucket are not followed here either. */
    private static VerificationReport tenant(VerifyRequest request, String tenant) throws IOException, SinceException {
        if (!ChainId.isTenant(tenant)) {
            return problem(ExitCode.USAGE, "no tenant " + tenant + " here");
        }
        Path inside = request.target().resolve(BundleLayout.ROOT);
        Path bucket = RegistryFolder.isDirectory(inside) ? inside : request.target();
        Path folder = bucket.resolve("tenant=" + tenant);
        for (Path path : List.of(inside, folder)) {
            if (Files.isSymbolicLink(path)) {
                return refused(String.valueOf(path.getFileName()), Target.LINK);
            }
        }
        return RegistryFolder.isDirectory(folder)
                ? new Run(request.withTarget(folder)).verify()
                : problem(ExitCode.USAGE, "no tenant " + tenant + " here");
    }

    private static VerificationReport problem(int exitCode, String message) {
        return VerificationReport.of(new VerificationReport.Problem(exitCode, message));
    }

    private static final class Run {
        private static final Pattern START = Pattern.compile("\"start\":\"([^\"]*)\"\\}\\}$");
        private static final int START_BYTES = 64;

        private final VerifyRequest request;
        private final Path base;
        private final TrustInput trust;
        private final Since since;
        private final List<String> warnings = new ArrayList<>();
        private final List<BundleReport> bundles = new ArrayList<>();
        private final List<TenantReport> tenants = new ArrayList<>();

        Run(VerifyRequest request) throws IOException, SinceException {
            this.request = request;
            this.base = request.target().toRealPath();
            this.trust = TrustInput.read(request.trustRoot(), request.fingerprint());
            trust.expiry(request.now()).ifPresent(warnings::add);
            this.since =
                    request.since().isPresent() ? Since.read(request.since().get(), trust) : Since.beginning();
        }

        VerificationReport verify() throws IOException, SinceException {
            Target target = Target.of(request.target());
            since.requireFor(target.kind());
            Optional<RegistryFolder> registry =
                    request.registry().or(target::registry).map(RegistryFolder::of);
            Findings audited = new Findings();
            TenantChains.Cache chains = new TenantChains.Cache();
            Optional<AnchorCheck> anchors = anchors(registry);
            RegistryAudit audit = new RegistryAudit(target.kind(), trust, anchors, chains, since, audited);
            BundleCheck check = new BundleCheck(trust, chains, registry, request.anchors(), anchors, retention());
            Optional<Instant> registryEnd = target.kind() != Target.Kind.BUNDLE && registry.isPresent()
                    ? registry.get().end(request.windows())
                    : Optional.empty();
            for (Target.Tenant tenant : target.tenants()) {
                tenant(tenant, check, audit, registryEnd);
            }
            if (target.archive()) {
                warnings.add("an evidence archive by its form: verified as tenant "
                        + target.tenants().get(0).name().orElseThrow()
                        + ", the only one in it; bundles of other tenants were not asked for");
            }
            if (target.kind() == Target.Kind.BUCKET) {
                uncommitted(target);
            }
            Optional<PhaseVerdict> accounts = Optional.empty();
            if (target.kind() != Target.Kind.BUNDLE) {
                if (registry.isPresent()) {
                    audit.run(registry.get(), request.windows());
                } else {
                    audited.notChecked(Phase.COMPLETENESS, ExitCode.INCOMPLETE, "no registry leaves (--registry)");
                }
                if (tenants.isEmpty()) {
                    audited.notChecked(Phase.COMPLETENESS, ExitCode.INCOMPLETE, "no committed bundle here");
                }
                audited.checked(Phase.COMPLETENESS);
                accounts = Optional.of(audited.verdict(Phase.COMPLETENESS));
            }
            return new VerificationReport(
                    Optional.empty(),
                    trust.root().map(TrustRoot::fingerprint),
                    Optional.of(target.kind().toString()),
                    Optional.of(layout(target)),
                    bundles,
                    tenants,
                    accounts,
                    warnings);
        }

        private Optional<AnchorCheck> anchors(Optional<RegistryFolder> registry) throws IOException {
            return trust.root().isEmpty()
                    ? Optional.empty()
                    : Optional.of(new AnchorCheck(trust.root().get(), request.anchors(), request.asOf(), registry));
        }

        private RetentionCheck retention() {
            int root =
                    trust.root().map(found -> found.policy().minRetentionDays()).orElse(0);
            return new RetentionCheck(Math.max(root, request.minimumRetentionDays()), request.locks());
        }

        private static PhaseVerdict layout(Target target) {
            Findings findings = new Findings();
            target.faults().forEach(fault -> findings.fail(Phase.STRUCTURE, fault));
            findings.checked(Phase.STRUCTURE);
            return findings.verdict(Phase.STRUCTURE);
        }

        private void uncommitted(Target target) {
            long count = target.tenants().stream()
                    .mapToLong(tenant -> tenant.uncommitted().size())
                    .sum();
            if (count > 0) {
                warnings.add(count
                        + " folders in the bucket have no checkpoint that is a file: they are not committed and were not"
                        + " looked at, see the tenants' notes");
            }
        }

        private void tenant(Target.Tenant tenant, BundleCheck check, RegistryAudit audit, Optional<Instant> registryEnd)
                throws IOException {
            Findings between = new Findings();
            WindowSequence sequence = new WindowSequence(tenant.name(), since, between);
            long covered = 0;
            long outside = 0;
            boolean locked = false;
            Optional<Path> skipped = Optional.empty();
            List<Path> ordered = byWindow(tenant.bundles());
            for (int i = 0; i < ordered.size(); i++) {
                Path bundle = ordered.get(i);
                if (!isAsked(bundle)) {
                    outside++;
                    continue;
                }
                Optional<WindowSequence.Before> before = covered(bundle);
                if (before.isPresent()) {
                    sequence.skip(before.get());
                    covered++;
                    skipped = Optional.of(bundle);
                    continue;
                }
                boolean newest = i + 1 == ordered.size();
                BundleCheck.Checked checked = check.run(
                        bundle,
                        relative(bundle),
                        new RetentionCheck.Neighbours(
                                newest ? Optional.empty() : RetentionCheck.toldBy(ordered.get(i + 1)),
                                newest,
                                locked,
                                skipped));
                locked = checked.report().phase(Phase.RETENTION).verdict() == PhaseVerdict.Verdict.PASS;
                skipped = Optional.empty();
                bundles.add(checked.report());
                sequence.offer(checked);
                audit.offer(checked, bundle);
            }
            if (covered > 0) {
                between.note(covered + " bundles lie before what --since names and were not looked at");
            }
            if (outside > 0) {
                between.note(outside + " bundles are of other windows than were asked for, and were not looked at");
            }
            tenant.uncommitted().stream()
                    .sorted()
                    .forEach(folder -> between.note(
                            relative(folder) + uncommitted(folder) + ": it is not committed and was not looked at"));
            registryEnd.ifPresent(sequence::registryEnds);
            request.asOf().ifPresent(sequence::mustReach);
            tenants.add(sequence.report(relative(tenant.folder())));
        }

        private static String uncommitted(Path folder) {
            Path checkpoint = folder.resolve(BundleLayout.CHECKPOINT);
            if (Files.isSymbolicLink(checkpoint)) {
                return " has a link in the place of its checkpoint, and links are not followed";
            }
            return Files.exists(checkpoint)
                    ? " has something in the place of its checkpoint that is no file"
                    : " has no checkpoint";
        }

        /** Whether it is of a window that was asked for, by its place or by what it says. */
        private boolean isAsked(Path bundle) throws IOException {
            if (request.windows().equals(Windows.ALL)) {
                return true;
            }
            Optional<Instant> named =
                    BundleLayout.windowStart(Target.nameOf(bundle.getParent()), Target.nameOf(bundle));
            Instant said = startOf(bundle);
            return named.isEmpty()
                    || request.windows().covers(named.get())
                    || (!said.equals(Instant.MAX) && request.windows().covers(said));
        }

        /** The bundle if it is of a window that an earlier verification covered. A manifest that lies leaves a gap. */
        private Optional<WindowSequence.Before> covered(Path folder) throws IOException {
            Path file = folder.resolve(BundleLayout.MANIFEST);
            // What is no regular file, or no manifest, is verified like every other, which says what is wrong.
            if (request.since().isEmpty() || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                byte[] bytes = in.readNBytes(BundleLayout.MANIFEST_BYTES_MAX + 1);
                Manifest manifest = Manifest.parse(bytes);
                return since.covers(manifest)
                        ? Optional.of(
                                new WindowSequence.Before(relative(folder), manifest, Hash.sha256(bytes), Map.of()))
                        : Optional.empty();
            } catch (BundleException e) {
                return Optional.empty();
            }
        }

        private List<Path> byWindow(List<Path> folders) throws IOException {
            record Dated(Instant start, Path folder) {}
            List<Dated> dated = new ArrayList<>();
            for (Path folder : folders) {
                dated.add(new Dated(startOf(folder), folder));
            }
            dated.sort(Comparator.comparing(Dated::start).thenComparing(Dated::folder));
            return dated.stream().map(Dated::folder).toList();
        }

        /**
         * Only to put the bundles in order, from the manifest's last bytes: in canonical form they are the window's start.
         * A manifest that says otherwise elsewhere is a fault when its bundle is checked; here it only goes last.
         */
        private static Instant startOf(Path folder) throws IOException {
            byte[] tail = FileTail.read(folder.resolve(BundleLayout.MANIFEST), START_BYTES);
            Matcher start = START.matcher(new String(tail, StandardCharsets.ISO_8859_1));
            try {
                return start.find() ? LedgerTime.parse(start.group(1)) : Instant.MAX;
            } catch (DateTimeException | IllegalArgumentException e) {
                return Instant.MAX;
            }
        }

        private String relative(Path path) {
            String text = base.relativize(path).toString();
            return text.isEmpty() ? "." : text.replace(path.getFileSystem().getSeparator(), "/");
        }
    }
}
