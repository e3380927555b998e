// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.entry.LedgerTime;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
        for (Optional<Path> path : List.of(Optional.of(request.target()), request.trustRoot(), request.registry())) {
            if (path.isPresent() && !Files.exists(path.get())) {
                return problem(ExitCode.USAGE, path.get() + " does not exist");
            }
        }
        if (!Files.isDirectory(request.target())) {
            return problem(ExitCode.USAGE, request.target() + " is not a folder");
        }
        if (request.registry().isPresent()
                && !Files.isDirectory(request.registry().get())) {
            return problem(ExitCode.USAGE, request.registry().get() + " is not a folder");
        }
        try {
            return new Run(request).verify();
        } catch (IOException e) {
            return problem(ExitCode.UNREACHABLE, "cannot read: " + e);
        }
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
        private final List<String> warnings = new ArrayList<>();
        private final List<BundleReport> bundles = new ArrayList<>();
        private final List<TenantReport> tenants = new ArrayList<>();

        Run(VerifyRequest request) throws IOException {
            this.request = request;
            this.base = request.target().toRealPath();
            this.trust = trust();
        }

        VerificationReport verify() throws IOException {
            Target target = Target.of(request.target());
            Optional<RegistryFolder> registry =
                    request.registry().or(target::registry).map(RegistryFolder::of);
            Findings audited = new Findings();
            TenantChains.Cache chains = new TenantChains.Cache();
            RegistryAudit audit = new RegistryAudit(target.kind(), trust, chains, audited);
            BundleCheck check = new BundleCheck(trust, chains, registry, request.anchors(), anchors(registry));
            Optional<Instant> registryEnd = target.kind() != Target.Kind.BUNDLE && registry.isPresent()
                    ? registry.get().end()
                    : Optional.empty();
            for (Target.Tenant tenant : target.tenants()) {
                tenant(tenant, check, audit, registryEnd);
            }
            if (target.kind() == Target.Kind.BUCKET) {
                uncommitted(target);
            }
            Optional<PhaseVerdict> accounts = Optional.empty();
            if (target.kind() != Target.Kind.BUNDLE) {
                if (registry.isPresent()) {
                    audit.run(registry.get());
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
                warnings.add(count + " folders in the bucket have no checkpoint: they are not committed and were not"
                        + " looked at, see the tenants' notes");
            }
        }

        private void tenant(Target.Tenant tenant, BundleCheck check, RegistryAudit audit, Optional<Instant> registryEnd)
                throws IOException {
            Findings between = new Findings();
            WindowSequence sequence = new WindowSequence(tenant.name(), between);
            for (Path bundle : byWindow(tenant.bundles())) {
                BundleCheck.Checked checked = check.run(bundle, relative(bundle));
                bundles.add(checked.report());
                sequence.offer(checked);
                audit.offer(checked);
            }
            tenant.uncommitted().stream()
                    .sorted()
                    .forEach(folder -> between.note(
                            relative(folder) + " has no checkpoint: it is not committed and was not looked at"));
            registryEnd.ifPresent(sequence::registryEnds);
            request.asOf().ifPresent(sequence::mustReach);
            tenants.add(sequence.report(relative(tenant.folder())));
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

        private TrustInput trust() {
            if (request.trustRoot().isEmpty()) {
                return TrustInput.none("no trust root given (--trust-root)");
            }
            Path file = request.trustRoot().get();
            if (Files.isDirectory(file)) {
                return TrustInput.none("the trust root cannot be used: it is a folder, not a file");
            }
            byte[] bytes;
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(TrustRoot.SIZE_MAX + 1);
            } catch (IOException e) {
                return TrustInput.none(
                        "the trust root cannot be read: " + e.getClass().getSimpleName());
            }
            TrustRoot root;
            try {
                root = TrustRoot.parse(bytes);
            } catch (TrustException e) {
                return TrustInput.none("the trust root cannot be used: " + e.getMessage());
            }
            if (request.fingerprint().isPresent()
                    && !request.fingerprint().get().equals(root.fingerprint())) {
                return TrustInput.none("the trust root has fingerprint " + root.fingerprint() + ", expected "
                        + request.fingerprint().get());
            }
            if (request.now().isPresent() && request.now().get().isAfter(root.expires())) {
                warnings.add("the trust root expired " + root.expires() + "; a newer one may list other keys");
            }
            return TrustInput.of(root);
        }
    }
}
