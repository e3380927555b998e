// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonBoolean;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonValue;
import io.tallystick.topic.AccessGrant;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.TenantChange;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.TenantStatus;
import io.tallystick.topic.Topics;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says what tenants are and what became of them. Never shows a blind, which is for a tenant's manifests alone. */
final class TenantReport {
    private final PrintWriter out;
    private final boolean json;
    private final LedgerSettings settings;
    private final Topics topics;

    TenantReport(PrintWriter out, boolean json, LedgerSettings settings) {
        this.out = out;
        this.json = json;
        this.settings = settings;
        this.topics = settings.topics();
    }

    void list(List<TenantDescriptor> tenants) {
        if (json) {
            List<JsonValue> all = new ArrayList<>();
            tenants.forEach(tenant -> all.add(summary(tenant).build()));
            print(new JsonArray(all));
            return;
        }
        out.printf("%-24s %-10s %-9s %-10s %s%n", "TENANT", "STATE", "RETENTION", "DUPLICATES", "INPUT TOPIC");
        tenants.forEach(tenant -> out.printf(
                "%-24s %-10s %-9s %-10s %s%n",
                tenant.tenant(),
                tenant.state().text(),
                tenant.retention().days() + " d",
                tenant.policies().duplicates().text(),
                topics.in(tenant.tenant())));
        out.flush();
    }

    void status(TenantStatus status) {
        TenantDescriptor tenant = status.descriptor();
        if (json) {
            print(summary(tenant)
                    .put("partitions", status.partitions())
                    .put("problems", JsonArray.ofStrings(status.problems()))
                    .put("topicIds", JsonArray.ofStrings(tenant.topicIds()))
                    .build());
            return;
        }
        out.println("tenant " + tenant.tenant() + " is " + tenant.state().text());
        out.println("  input        " + topics.in(tenant.tenant()) + ", " + status.partitions()
                + " partition(s), topic id " + tenant.topicId());
        details(tenant);
        if (tenant.topicIds().size() > 1) {
            out.println("  created again " + (tenant.topicIds().size() - 1) + " times; earlier topic ids "
                    + String.join(
                            ", ", tenant.topicIds().subList(0, tenant.topicIds().size() - 1)));
        }
        status.problems().forEach(problem -> out.println("  PROBLEM      " + problem));
        out.flush();
    }

    /**
     * What a command did, or would do.
     *
     * @param did the sentence about a change, about no change
     * @param grant what was granted, if anything was to be
     */
    void change(TenantChange change, boolean dryRun, Sentences did, Optional<AccessGrant> grant) {
        TenantDescriptor tenant = change.after();
        if (json) {
            JsonObject.Builder object = summary(tenant)
                    .put("changed", new JsonBoolean(change.isChange()))
                    .put("dryRun", new JsonBoolean(dryRun));
            grant.ifPresent(given -> object.put("authorizer", new JsonBoolean(given.authorizer()))
                    .put("granted", JsonArray.ofStrings(given.added())));
            print(object.build());
            return;
        }
        out.println((dryRun ? "dry run, nothing is done: " : "") + (change.isChange() ? did.changed() : did.same()));
        details(tenant);
        grant.ifPresent(given -> printGrant(given, dryRun));
        out.flush();
    }

    /**
     * What to say.
     *
     * @param changed if something changed
     * @param same if it was so already
     */
    record Sentences(String changed, String same) {}

    private void printGrant(AccessGrant grant, boolean dryRun) {
        if (!grant.authorizer()) {
            out.println("  no authorizer: this cluster lets anyone do anything; no ACLs were made");
        } else if (grant.added().isEmpty()) {
            out.println("  access       in force already");
        }
        grant.added().forEach(line -> out.println((dryRun ? "  would grant  " : "  granted      ") + line));
    }

    private void details(TenantDescriptor tenant) {
        TenantPolicies policies = tenant.policies();
        out.println("  produce to   " + topics.in(tenant.tenant()));
        out.println("  receipts in  " + topics.receipts(tenant.tenant()));
        out.println("  refusals in  " + topics.rejects(tenant.tenant()));
        out.println("  brokers      " + settings.bootstrapServers());
        out.println("  duplicates   " + policies.duplicates().text() + " within " + DurationText.of(policies.window())
                + ", at most " + policies.entriesMax() + " identities a chain (revision " + tenant.revision() + ")");
        out.println("  retention    " + tenant.retention().days() + " days");
        if (tenant.transactional()) {
            out.println("  producers    may use transactions");
        }
    }

    private JsonObject.Builder summary(TenantDescriptor tenant) {
        return JsonObject.builder()
                .put("duplicates", tenant.policies().duplicates().text())
                .put("duplicatesWindowEntries", tenant.policies().entriesMax())
                .put("duplicatesWindowMs", tenant.policies().window().toMillis())
                .put("input", topics.in(tenant.tenant()))
                .put("receipts", topics.receipts(tenant.tenant()))
                .put("rejects", topics.rejects(tenant.tenant()))
                .put("retentionDays", tenant.retention().days())
                .put("revision", tenant.revision())
                .put("state", tenant.state().text())
                .put("tenant", tenant.tenant())
                .put("topicId", tenant.topicId())
                .put("transactional", tenant.transactional());
    }

    private void print(JsonValue value) {
        out.println(OutputOption.text(value));
        out.flush();
    }
}
