// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.embedded.EmbeddedOptions;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.VerificationReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tally quickstart}: the main job on embedded defaults, with its evidence checked and then forged. */
@Command(
        name = "quickstart",
        description = {
            "The whole ledger on this machine, on sample data: a real broker, all stages, 10-second windows.",
            "Three tenants produce 3,000 real events in three formats, with some bad records among them. The bundles are",
            "verified, then one byte of one event is changed in a copy, which is verified again and must fail.",
            "Ends by itself and leaves nothing running; the bundles stay for you to look at."
        })
final class QuickstartCommand implements Callable<Integer> {
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final int PARTITIONS = 4;
    private static final String ORIGIN = "ledger.quickstart.example";
    private static final TenantDescriptor.Retention RETENTION = new TenantDescriptor.Retention("sample", 1);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where to put the ledger; must not exist (default: a fresh directory for temporary files).")
    private Path data;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "How long to wait for the bundles (default: 120).")
    private long timeoutSeconds;

    private final AtomicReference<Throwable> fatal = new AtomicReference<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        long started = System.nanoTime();
        LedgerHome home = new LedgerHome(fresh());
        LogFile.in(home, "ERROR");
        say("Tallystick quickstart: a fresh ledger in " + home.directory());
        say("[1/5] starting a broker, a schema registry and the four stages ...");
        List<SampleProducer.Produced> produced;
        try (LocalLedger ledger = LocalLedger.start(home, options(), new SimpleMeterRegistry(), fatal::set)) {
            say("      broker " + ledger.settings().bootstrapServers() + ", registry "
                    + ledger.settings().schemaRegistryUrl() + ", windows of " + WINDOW.toSeconds() + " s");
            produced = produce(ledger);
            say("[3/5] waiting for the windows to be sealed and exported ...");
            new BundleWait(home.bucket(), fatal, Duration.ofSeconds(timeoutSeconds)).await(produced);
        }
        produced.forEach(one -> say(
                "      " + BundleCounts.of(home.bucket(), one.tenant().tenant()).sentence()));
        int exitCode = verify(home, produced);
        say("");
        say(exitCode == ExitCode.VALID ? "Done" : "FAILED");
        say("  in " + Duration.ofNanos(System.nanoTime() - started).toSeconds() + " s; nothing is left running.");
        return exitCode;
    }

    private Path fresh() throws IOException {
        if (data == null) {
            return Files.createTempDirectory("tallystick-quickstart-");
        }
        if (Files.exists(data)) {
            throw new CommandException(
                    ExitCode.USAGE, data + " exists", "Each quickstart makes a fresh ledger: name a new directory.");
        }
        return data;
    }

    private static LocalLedger.Options options() {
        return new LocalLedger.Options(ORIGIN, PARTITIONS, WINDOW, WINDOW, EmbeddedOptions.defaults());
    }

    private List<SampleProducer.Produced> produce(LocalLedger ledger) throws IOException, InterruptedException {
        say("[2/5] three tenants produce ...");
        List<SampleProducer.Produced> produced = new ArrayList<>();
        try (LedgerAdmin admin = new LedgerAdmin(ledger.settings());
                SampleProducer producer = new SampleProducer(ledger.settings())) {
            for (SampleData.Tenant tenant : SampleData.TENANTS) {
                admin.createTenant(tenant.tenant(), tenant.partitions(), 1, RETENTION, false);
                SampleProducer.Produced one = producer.produce(tenant);
                produced.add(one);
                say("      %-8s %,d events as %s, and %d records no ledger should accept"
                        .formatted(tenant.tenant(), one.good(), tenant.format(), one.bad()));
            }
        }
        return produced;
    }

    private int verify(LedgerHome home, List<SampleProducer.Produced> produced) throws IOException {
        say("[4/5] verifying every bundle, offline ...");
        for (SampleProducer.Produced one : produced) {
            VerificationReport report = Verification.tenant(home, one.tenant().tenant());
            say("      %-8s exit code %d: %s"
                    .formatted(one.tenant().tenant(), report.exitCode(), Verification.headline(report)));
            if (report.exitCode() != ExitCode.VALID) {
                say(report.text());
                return report.exitCode();
            }
        }
        say("[5/5] changing one byte of one event in a copy, and verifying again ...");
        Forgery forgery = Forgery.of(home, SampleData.ACME.tenant());
        VerificationReport report = Verification.directory(forgery.tenantDirectory(), home);
        say("      changed " + forgery.what());
        say("      exit code " + report.exitCode() + ": " + Verification.firstFault(report));
        if (report.exitCode() != ExitCode.FAILED) {
            throw new IllegalStateException("the forgery was not refused with exit code 1:\n" + report.text());
        }
        suggest(home, forgery);
        return ExitCode.VALID;
    }

    private void suggest(LedgerHome home, Forgery forgery) {
        Path bundle = forgery.originalBundle();
        say("");
        say("Evidence: " + home.bucket().resolve("v1"));
        say("Try next:");
        String trusted = " --trust-root " + ShellWord.of(home.trustRoot());
        say("  deploy/tally verify " + ShellWord.of(home.bucket()) + trusted);
        say("  deploy/tally verify " + ShellWord.of(forgery.tenantDirectory()) + trusted + "   # the forgery");
        say("  deploy/tally inspect " + ShellWord.of(bundle));
        say("By hand:");
        say("  cd " + ShellWord.of(bundle));
        say("  sha256sum -c SHA256SUMS");
        say("  openssl dgst -sha256 -verify <(jq -r '.signed.keys[] | select(.roles == [\"bundle\"]) | .spki' "
                + home.trustRoot()
                + " | base64 -d | openssl pkey -pubin -inform DER) -signature manifest.sig manifest.json");
        say("A ledger of your own: deploy/tally up");
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
