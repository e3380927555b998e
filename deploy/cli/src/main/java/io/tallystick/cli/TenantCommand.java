// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonValue;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.TenantDescriptor;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally tenant}: who may write to the ledger. */
@Command(
        name = "tenant",
        description = "Create and list tenants.",
        subcommands = {TenantCommand.Create.class, TenantCommand.ListAll.class})
final class TenantCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "tenant create or tenant list?");
    }

    /** {@code tally tenant create}. */
    @Command(
            name = "create",
            description = {
                "Create a tenant: its topics ledger.in.<tenant>, ledger.receipts.<tenant>, ledger.rejects.<tenant>.",
                "Every partition of the input topic becomes a chain. Creating a tenant that exists changes nothing."
            })
    static final class Create implements Runnable {
        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigFile config;

        @Mixin
        private OutputOption output;

        @Parameters(paramLabel = "TENANT", description = "1 to 63 lower-case letters, digits and inner dashes.")
        private String tenant;

        @Option(names = "--partitions", defaultValue = "1", description = "Partitions of the input topic (default: 1).")
        private int partitions;

        @Option(names = "--replication", defaultValue = "1", description = "Replicas of each topic (default: 1).")
        private int replication;

        @Option(
                names = "--retention-days",
                defaultValue = "2555",
                description = "Days its bundles are to be kept (default: 2555, seven years).")
        private long retentionDays;

        @Option(
                names = "--transactional",
                description = "Its producers use transactions, so offsets without entries are expected.")
        private boolean transactional;

        @Override
        public void run() {
            LedgerSettings settings = config.settings();
            try (LedgerAdmin admin = new LedgerAdmin(settings)) {
                TenantDescriptor created = admin.createTenant(
                        tenant,
                        partitions,
                        replication,
                        new TenantDescriptor.Retention("standard", retentionDays),
                        transactional);
                print(created, settings);
            } catch (IllegalArgumentException e) {
                throw new CommandException(ExitCodes.USAGE, e.getMessage(), "Choose another value and try again.", e);
            }
        }

        private void print(TenantDescriptor tenantCreated, LedgerSettings settings) {
            PrintWriter out = spec.commandLine().getOut();
            if (output.json()) {
                out.println(OutputOption.text(summary(tenantCreated, settings)));
            } else {
                out.println("tenant " + tenantCreated.tenant() + " is ready");
                out.println("  produce to   " + settings.topics().in(tenantCreated.tenant()));
                out.println("  receipts in  " + settings.topics().receipts(tenantCreated.tenant()));
                out.println("  refusals in  " + settings.topics().rejects(tenantCreated.tenant()));
                out.println("  brokers      " + settings.bootstrapServers());
            }
            out.flush();
        }
    }

    /** {@code tally tenant list}. */
    @Command(name = "list", description = "List the tenants of the ledger.")
    static final class ListAll implements Runnable {
        @Spec
        private CommandSpec spec;

        @Mixin
        private ConfigFile config;

        @Mixin
        private OutputOption output;

        @Override
        public void run() {
            LedgerSettings settings = config.settings();
            PrintWriter out = spec.commandLine().getOut();
            try (LedgerAdmin admin = new LedgerAdmin(settings)) {
                List<TenantDescriptor> tenants = admin.tenants();
                if (output.json()) {
                    List<JsonValue> all = new ArrayList<>();
                    tenants.forEach(tenant -> all.add(summary(tenant, settings)));
                    out.println(OutputOption.text(new JsonArray(all)));
                } else {
                    out.printf("%-24s %-10s %-9s %s%n", "TENANT", "STATE", "RETENTION", "INPUT TOPIC");
                    tenants.forEach(tenant -> out.printf(
                            "%-24s %-10s %-9s %s%n",
                            tenant.tenant(),
                            tenant.state().text(),
                            tenant.retention().days() + " d",
                            settings.topics().in(tenant.tenant())));
                }
            }
            out.flush();
        }
    }

    /** What may be shown of a tenant: not its blind, which is for its manifests alone. */
    private static JsonObject summary(TenantDescriptor tenant, LedgerSettings settings) {
        return JsonObject.builder()
                .put("input", settings.topics().in(tenant.tenant()))
                .put("receipts", settings.topics().receipts(tenant.tenant()))
                .put("rejects", settings.topics().rejects(tenant.tenant()))
                .put("retentionDays", tenant.retention().days())
                .put("state", tenant.state().text())
                .put("tenant", tenant.tenant())
                .put("topicId", tenant.topicId())
                .put("transactional", tenant.transactional())
                .build();
    }
}
