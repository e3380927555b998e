// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.embedded.EmbeddedBroker;
import io.tallystick.embedded.EmbeddedOptions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** A broker that knows its users and denies what is not allowed: the administrator may do all, ingest what it is allowed. */
final class GuardedBroker implements AutoCloseable {
    static final String ADMIN = "admin";
    static final String INGEST = "ingest";

    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

    private final EmbeddedBroker broker;

    GuardedBroker(Path directory) {
        broker = EmbeddedBroker.start(
                directory,
                EmbeddedOptions.defaults(),
                Map.of(
                        "listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                        "sasl.enabled.mechanisms", "PLAIN",
                        "sasl.mechanism.inter.broker.protocol", "PLAIN",
                        "listener.name.plaintext.plain.sasl.jaas.config",
                                LOGIN + "username=\"admin\" password=\"admin\" user_admin=\"admin\""
                                        + " user_ingest=\"ingest\";",
                        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "super.users", "User:admin;User:ANONYMOUS"));
        try (Admin admin = Admin.create(clientOf(ADMIN))) {
            put(
                    admin,
                    binding(
                            ResourceType.CLUSTER,
                            Resource.CLUSTER_NAME,
                            PatternType.LITERAL,
                            AclOperation.ALL,
                            AclPermissionType.ALLOW));
        }
    }

    private Map<String, Object> clientOf(String user) {
        Map<String, Object> client = new HashMap<>(as(user));
        client.put("bootstrap.servers", bootstrapServers());
        return client;
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** The client properties of a user. */
    static Map<String, Object> as(String user) {
        return Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                LOGIN + "username=\"" + user + "\" password=\"" + user + "\";");
    }

    /** Allows ingest all to what begins so. */
    void allow(Admin admin, ResourceType type, String prefix) {
        put(admin, binding(type, prefix, PatternType.PREFIXED, AclOperation.ALL, AclPermissionType.ALLOW));
    }

    /** That ingest may not do this to a topic, whatever it is allowed. */
    static AclBinding denial(String topic, AclOperation operation) {
        return binding(ResourceType.TOPIC, topic, PatternType.LITERAL, operation, AclPermissionType.DENY);
    }

    static void put(Admin admin, AclBinding binding) {
        TestLedger.await(admin.createAcls(List.of(binding)).all());
    }

    static void remove(Admin admin, AclBinding binding) {
        TestLedger.await(admin.deleteAcls(List.of(binding.toFilter())).all());
    }

    private static AclBinding binding(
            ResourceType type, String name, PatternType pattern, AclOperation operation, AclPermissionType permission) {
        return new AclBinding(
                new ResourcePattern(type, name, pattern),
                new AccessControlEntry("User:" + INGEST, "*", operation, permission));
    }

    @Override
    public void close() {
        broker.close();
    }
}
