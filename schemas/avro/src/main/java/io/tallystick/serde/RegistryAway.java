// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;

/** Tells a schema registry that is away, and may come back, from one that refuses: waiting mends only the former. */
public final class RegistryAway {
    private static final int SERVER_FAULT = 500;

    private RegistryAway() {}

    /** Whether the fault was caused by a registry that cannot be reached or is at fault itself, status 500 and above. */
    public static boolean isCauseOf(Throwable fault) {
        for (Throwable cause = fault.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return true;
            }
            if (cause instanceof RestClientException answer) {
                return answer.getStatus() >= SERVER_FAULT;
            }
        }
        return false;
    }
}
