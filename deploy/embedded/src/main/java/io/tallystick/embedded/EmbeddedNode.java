// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/**
 * One of several brokers on this machine, each broker and controller in one, that form one cluster: topics are replicated
 * as in production. For trials of what a cluster survives. Everything listens on 127.0.0.1.
 *
 * @param id of this node, 1 to the number of nodes
 * @param clusterId of the whole cluster, the same in each node; see {@link #newClusterId}
 * @param controllerPorts of all nodes, that of node 1 first; the nodes are the controllers' quorum
 * @param port of the listener that other brokers and ordinary clients use
 * @param doors further listeners
 */
public record EmbeddedNode(int id, String clusterId, List<Integer> controllerPorts, int port, List<Door> doors) {

    static final String HOST = "127.0.0.1";

    /**
     * A listener that sends its clients elsewhere: who connects through it is told the advertised port of this node, and
     * that of the door of the same name of every other node. A proxy stands there.
     *
     * @param name letters, digits and underscores; the same set of names in each node
     * @param port where the broker listens
     * @param advertisedPort where clients are told to connect to
     */
    public record Door(String name, int port, int advertisedPort) {
        /** Checks the name. */
        public Door {
            if (!name.matches("[A-Z][A-Z0-9_]*")) {
                throw new IllegalArgumentException("a door's name has capitals, digits and underscores, not: " + name);
            }
        }
    }

    /** Checks that the node is one of the cluster, and that no port is given twice. */
    public EmbeddedNode {
        controllerPorts = List.copyOf(controllerPorts);
        doors = List.copyOf(doors);
        if (requireNonNull(clusterId).isBlank()) {
            throw new IllegalArgumentException("clusterId must not be blank");
        }
        if (id < 1 || id > controllerPorts.size()) {
            throw new IllegalArgumentException("node " + id + " is not one of " + controllerPorts.size());
        }
        Set<Integer> ports = new HashSet<>(controllerPorts);
        ports.add(port);
        doors.forEach(door -> ports.add(door.port()));
        if (ports.size() != controllerPorts.size() + 1 + doors.size()) {
            throw new IllegalArgumentException("a port is given twice");
        }
    }

    /** An id for a new cluster. */
    public static String newClusterId() {
        return Uuid.randomUuid().toString();
    }

    /** How many replicas each topic has that holds the cluster's own state, and can have: at most 3. */
    public int replication() {
        return Math.min(3, controllerPorts.size());
    }

    /** {@code host:port} of the ordinary listener. */
    public String bootstrapServers() {
        return HOST + ":" + port;
    }
}
