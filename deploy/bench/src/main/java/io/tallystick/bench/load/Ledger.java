// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.anchor.AnchorConfig;
import io.tallystick.chain.ChainConfig;
import io.tallystick.ingest.IngestConfig;
import io.tallystick.topic.AdminAnswer;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;

/**
 * One ledger on a {@link Rig}, under a prefix of its own.
 *
 * @param rig where it lives
 * @param properties what every stage of it is given
 */
record Ledger(Rig rig, Map<String, String> properties) {
    /** Name of the one anchor of a ledger. */
    static final String ANCHOR = "anchor";

    Ledger {
        properties = Map.copyOf(properties);
    }

    static Ledger init(Rig rig, String prefix, Map<String, String> settings) throws IOException {
        Map<String, String> properties = new HashMap<>(settings);
        properties.put(LedgerSettings.BOOTSTRAP_SERVERS, rig.bootstrapServers());
        properties.put(LedgerSettings.SCHEMA_REGISTRY_URL, rig.registryUrl());
        properties.put(LedgerSettings.ORIGIN, "ledger.bench");
        properties.put(LedgerSettings.PREFIX, prefix);
        properties.putIfAbsent(LedgerSettings.PARTITIONS, Integer.toString(Rig.PARTITIONS));
        Ledger ledger = new Ledger(rig, properties);
        try (LedgerAdmin admin = ledger.admin()) {
            admin.init(1);
        }
        return ledger;
    }

    LedgerAdmin admin() {
        return new LedgerAdmin(settings());
    }

    LedgerSettings settings() {
        return ingestConfig().settings();
    }

    Topics topics() {
        return settings().topics();
    }

    IngestConfig ingestConfig() {
        return new IngestConfig(properties);
    }

    ChainConfig chainConfig(String instance) {
        return new ChainConfig(chainProperties(instance));
    }

    /** Of the sequencer with this name, and a state directory of its own. */
    Map<String, String> chainProperties(String instance) {
        Map<String, String> all = new HashMap<>(properties);
        all.put(ChainConfig.STATE_DIR, stateDirectory(instance).toString());
        all.put(ChainConfig.GROUP_INSTANCE_ID, instance);
        return all;
    }

    /** Makes a descriptor, from which merkle-anchor takes the tenant's blind; nothing is produced to the tenant's own topic. */
    void describeTenant(String tenant) {
        try (LedgerAdmin admin = admin()) {
            admin.createTenant(tenant, 1, 1);
        }
    }

    AnchorConfig anchorConfig(String instance) throws IOException {
        return new AnchorConfig(anchorProperties(instance));
    }

    /** Of the anchor with this name: a state directory of its own, and the rig's checkpoint keys. */
    Map<String, String> anchorProperties(String instance) throws IOException {
        Map<String, String> all = new HashMap<>(properties);
        all.put(AnchorConfig.STATE_DIR, stateDirectory(instance).toString());
        all.putAll(rig.checkpointKeys());
        return all;
    }

    Path stateDirectory(String instance) {
        return rig.directory(properties.get(LedgerSettings.PREFIX) + "state-" + instance);
    }

    /** Deletes its topics and its state: a long run needs the space. */
    void drop() throws IOException {
        try (Admin admin = Clients.admin(this)) {
            String prefix = properties.get(LedgerSettings.PREFIX);
            Set<String> topics =
                    new TreeSet<>(AdminAnswer.await(admin.listTopics().names(), "list topics"));
            topics.removeIf(topic -> !topic.startsWith(prefix) && !topic.startsWith(prefix.replace('.', '-')));
            AdminAnswer.await(admin.deleteTopics(topics).all(), "delete the topics of " + prefix);
        }
        for (String instance : List.of("pass", "0", "1", ANCHOR)) {
            Rig.remove(stateDirectory(instance));
        }
    }
}
