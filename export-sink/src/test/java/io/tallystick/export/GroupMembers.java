// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.topic.LedgerSettings;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/** Declares members of the first exporter's groups dead at once, as the broker does when their sessions have ended. */
final class GroupMembers implements AutoCloseable {
    private final List<String> groups;
    private final Admin admin;

    GroupMembers(LedgerSettings ledger) {
        ExporterName name = new ExporterName("");
        this.groups = List.of(
                name.group(ledger.topics(), "export-chains"),
                name.group(ledger.topics(), "export-bundles"),
                name.group(ledger.topics(), "export-receipts"));
        this.admin = Admin.create(ledger.kafkaClient("group-members"));
    }

    /** Removes all members: those that live join again. */
    void forgetTheDead() throws InterruptedException {
        for (String group : groups) {
            try {
                admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
                        .all()
                        .get();
            } catch (ExecutionException e) {
                if (!isNobodyThere(e)) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private static boolean isNobodyThere(ExecutionException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            // The client finds the members first, and refuses to remove none.
            if (cause instanceof GroupIdNotFoundException
                    || cause instanceof UnknownMemberIdException
                    || cause instanceof IllegalArgumentException) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        admin.close();
    }
}
