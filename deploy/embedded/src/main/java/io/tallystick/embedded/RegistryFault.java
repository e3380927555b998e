// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import java.util.Locale;

/** A refused request: HTTP status, Confluent's error code and a message for the caller. Never holds payload. */
final class RegistryFault extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final int code;

    private RegistryFault(int status, int code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    /** A fault of plain HTTP: the code is the status. */
    static RegistryFault http(int status, String message) {
        return new RegistryFault(status, status, message);
    }

    static RegistryFault subjectNotFound(String subject) {
        return new RegistryFault(404, 40401, "Subject '" + subject + "' not found.");
    }

    static RegistryFault versionNotFound(int version) {
        return new RegistryFault(404, 40402, "Version " + version + " not found.");
    }

    static RegistryFault schemaNotFound() {
        return new RegistryFault(404, 40403, "Schema not found");
    }

    static RegistryFault schemaNotFound(int id) {
        return new RegistryFault(404, 40403, "Schema " + id + " not found");
    }

    static RegistryFault noSubjectLevel(String subject, boolean mode) {
        return new RegistryFault(
                404,
                mode ? 40409 : 40408,
                "Subject '" + subject + "' does not have subject-level " + (mode ? "mode" : "compatibility")
                        + " configured");
    }

    static RegistryFault invalidSchema(String why) {
        return new RegistryFault(422, 42201, "Invalid schema: " + why);
    }

    static RegistryFault invalidVersion(String version) {
        return new RegistryFault(
                422,
                42202,
                "The specified version '" + version + "' is not a valid version id. Allowed values are between"
                        + " [1, 2^31-1] and the string \"latest\"");
    }

    static RegistryFault invalidCompatibility() {
        return new RegistryFault(
                422,
                42203,
                "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive,"
                        + " forward_transitive, and full_transitive");
    }

    static RegistryFault notInImportMode(String subject) {
        return new RegistryFault(
                422, 42205, "Subject " + subject + " is not in import mode: ids and versions cannot be given");
    }

    static RegistryFault invalidSubject(String why) {
        return new RegistryFault(422, 42208, "The specified subject is not valid: " + why);
    }

    static RegistryFault incompatible(String subject, String details) {
        return new RegistryFault(
                409,
                409,
                String.format(
                        Locale.ROOT,
                        "Schema being registered is incompatible with an earlier schema for subject \"%s\","
                                + " details: %s",
                        subject,
                        details));
    }

    static RegistryFault store(String why) {
        return new RegistryFault(500, 50001, "Error in the backend data store: " + why);
    }

    int status() {
        return status;
    }

    int code() {
        return code;
    }
}
