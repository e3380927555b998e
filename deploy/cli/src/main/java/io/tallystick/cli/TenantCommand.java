// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.topic.AccessGrant;
import io.tallystick.topic.AdminOrder;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.TenantAdmin;
import io.tallystick.topic.TenantChange;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.verify.ExitCode;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally tenant}: who may write to the ledger, and how. */
@Command(
        name = "tenant",
        description = {
            "Create tenants, look at them and change them.",
            "Every change stands in the ledger's own chain operator/0: what, by whom and why."
        },
        subcommands = {
            TenantCreate.class,
            TenantCommand.ListAll.class,
            TenantCommand.Describe.class,
            TenantCommand.Suspend.class,
            TenantCommand.Resume.class,
            TenantCommand.Rebind.class,
            TenantCommand.Configure.class
        })
final class TenantCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "tenant create, list, describe, suspend, resume, rebind or configure?");
    }

    /** What the commands have in common. */
    abstract static class OnTenants implements Runnable {
        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigFile config;

        @Mixin
        private OutputOption output;

        @Override
        public void run() {
            LedgerSettings settings = config.settings();
            try (TenantAdmin admin = new TenantAdmin(settings)) {
                run(admin, new TenantReport(spec.commandLine().getOut(), output.json(), settings));
            } catch (IllegalArgumentException e) {
                throw new CommandException(ExitCode.USAGE, e.getMessage(), "Choose another value and try again.", e);
            }
        }

        abstract void run(TenantAdmin admin, TenantReport report);

        final void warn(String what) {
            spec.commandLine().getErr().println("tally: WARN " + what);
            spec.commandLine().getErr().flush();
        }
    }

    /** A change of one tenant that exists. */
    abstract static class Change extends OnTenants {
        @Mixin
        private OrderOptions order;

        @Parameters(paramLabel = "TENANT", description = "The tenant to change.")
        private String tenant;

        @Override
        final void run(TenantAdmin admin, TenantReport report) {
            check(tenant);
            AdminOrder given = order.order();
            TenantChange change = change(admin, tenant, given);
            report.change(change, given.dryRun(), sentences(tenant), grant(admin, change.after(), given));
        }

        /** Refuses wrong options before anything is done. */
        void check(String of) {}

        abstract TenantChange change(TenantAdmin admin, String of, AdminOrder by);

        abstract TenantReport.Sentences sentences(String of);

        Optional<AccessGrant> grant(TenantAdmin admin, TenantDescriptor of, AdminOrder by) {
            return Optional.empty();
        }
    }

    /** {@code tally tenant list}. */
    @Command(name = "list", description = "List the tenants of the ledger.")
    static final class ListAll extends OnTenants {
        @Override
        void run(TenantAdmin admin, TenantReport report) {
            report.list(admin.list());
        }
    }

    /** {@code tally tenant describe}. */
    @Command(
            name = "describe",
            description = "Show a tenant and compare it with its topics: what is wrong comes with what to do.")
    static final class Describe extends OnTenants {
        @Parameters(paramLabel = "TENANT", description = "The tenant to look at.")
        private String tenant;

        @Override
        void run(TenantAdmin admin, TenantReport report) {
            report.status(admin.describe(tenant));
        }
    }

    /** {@code tally tenant suspend}. */
    @Command(
            name = "suspend",
            description = {
                "Stop reading a tenant's topic. Its producers may go on, within the topic's retention.",
                "Within it nothing is lost: all is read once the tenant is resumed. Its bundles go on, without new entries."
            })
    static final class Suspend extends Change {
        @Override
        TenantChange change(TenantAdmin admin, String of, AdminOrder by) {
            return admin.suspend(of, by);
        }

        @Override
        TenantReport.Sentences sentences(String of) {
            return new TenantReport.Sentences(
                    "tenant " + of + " is suspended; go on with 'tally tenant resume " + of + "'",
                    "tenant " + of + " was suspended already");
        }
    }

    /** {@code tally tenant resume}. */
    @Command(name = "resume", description = "Read a suspended tenant's topic again, from where it was left.")
    static final class Resume extends Change {
        @Override
        TenantChange change(TenantAdmin admin, String of, AdminOrder by) {
            return admin.resume(of, by);
        }

        @Override
        TenantReport.Sentences sentences(String of) {
            return new TenantReport.Sentences("tenant " + of + " is resumed", "tenant " + of + " was active already");
        }
    }

    /** {@code tally tenant rebind}. */
    @Command(
            name = "rebind",
            description = {
                "Confirm that a tenant's input topic was deleted and created again on purpose.",
                "Ingest reads nothing from a topic that is not the one it knows. After this each chain of the tenant gets a",
                "'source' entry and goes on with the new topic from offset 0. What the old topic held and was not read is",
                "lost, and the entry shows that it may be. May be repeated."
            })
    static final class Rebind extends Change {
        @Override
        TenantChange change(TenantAdmin admin, String of, AdminOrder by) {
            return admin.rebind(of, by);
        }

        @Override
        TenantReport.Sentences sentences(String of) {
            return new TenantReport.Sentences(
                    "tenant " + of + " goes on with its new input topic",
                    "tenant " + of + " was bound to this topic already; its chains are told again");
        }
    }

    /** {@code tally tenant configure}. */
    @Command(
            name = "configure",
            description = {
                "Change a tenant's policies. What is not given stays as it is.",
                "The tenant's chains record the policies in force, and from which entry on, in 'ledger.config' entries."
            })
    static final class Configure extends Change {
        @Mixin
        private PolicyOptions policies;

        @Mixin
        private AccessOptions access;

        @Option(
                names = "--retention-days",
                paramLabel = "DAYS",
                description = "Days that bundles exported from now on are to be kept.")
        private Long retentionDays;

        @Override
        void check(String of) {
            if (!policies.isGiven()
                    && retentionDays == null
                    && access.of(of, false).isEmpty()) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "nothing to configure",
                        "Give what is to change, such as --duplicates reject; see 'tally tenant configure --help'.");
            }
        }

        @Override
        TenantChange change(TenantAdmin admin, String of, AdminOrder by) {
            return admin.configure(
                    of,
                    now -> new TenantAdmin.Settings(
                            policies.over(now.policies()),
                            retentionDays == null
                                    ? now.retention()
                                    : new TenantDescriptor.Retention(
                                            now.retention().name(), retentionDays)),
                    by);
        }

        @Override
        TenantReport.Sentences sentences(String of) {
            return new TenantReport.Sentences(
                    "tenant " + of + " is configured", "tenant " + of + " is configured like this already");
        }

        @Override
        Optional<AccessGrant> grant(TenantAdmin admin, TenantDescriptor of, AdminOrder by) {
            return access.of(of.tenant(), of.transactional()).map(given -> admin.grant(given, by));
        }
    }
}
