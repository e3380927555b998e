// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.embedded.SchemaRegister.Candidate;
import io.tallystick.embedded.SchemaRegister.Reference;
import io.tallystick.embedded.SchemaRegister.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Confluent's REST API over a {@link SchemaRegister}: what clients use, with Confluent's bodies and error codes. Knows no
 * HTTP server. Safe for use by several threads.
 */
final class RegistryFront {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String LATEST = "latest";

    private final SchemaRegister register;

    RegistryFront(SchemaRegister register) {
        this.register = register;
    }

    /** The body of the answer with status 200. */
    JsonNode answer(RegistryRequest request) throws RegistryFault {
        if (request.path().isEmpty()) {
            requireMethod(request, "GET");
            return JSON.objectNode();
        }
        return switch (request.path().get(0)) {
            case "schemas" -> schemas(request);
            case "subjects" -> subjects(request);
            case "compatibility" -> compatibility(request);
            case "config" -> config(request);
            case "mode" -> mode(request);
            default -> throw notFound();
        };
    }

    private JsonNode schemas(RegistryRequest request) throws RegistryFault {
        List<String> path = request.path();
        requireLength(path, 2, 4);
        requireMethod(request, "GET");
        if (path.size() == 2 && path.get(1).equals("types")) {
            return JSON.arrayNode().add("AVRO");
        }
        if (!path.get(1).equals("ids") || path.size() == 2) {
            throw notFound();
        }
        int id = number(path.get(2));
        if (path.size() == 3) {
            return SchemaJson.schema(register.schema(id));
        }
        ArrayNode list = JSON.arrayNode();
        switch (path.get(3)) {
            case "schema" -> {
                return SchemaJson.text(register.schema(id));
            }
            case "subjects" ->
                register.versionsOfId(id).stream()
                        .map(Version::subject)
                        .distinct()
                        .forEach(list::add);
            case "versions" ->
                register.versionsOfId(id)
                        .forEach(v ->
                                list.addObject().put("subject", v.subject()).put("version", v.version()));
            default -> throw notFound();
        }
        return list;
    }

    private JsonNode subjects(RegistryRequest request) throws RegistryFault {
        List<String> path = request.path();
        if (path.size() == 1) {
            requireMethod(request, "GET");
            String prefix = request.query().getOrDefault("subjectPrefix", "");
            ArrayNode names = JSON.arrayNode();
            register.subjects().stream().filter(s -> s.startsWith(prefix)).forEach(names::add);
            return names;
        }
        String subject = subject(path.get(1));
        if (path.size() == 2) {
            requireMethod(request, "POST");
            return SchemaJson.version(register.lookUp(subject, candidate(request)));
        }
        if (!path.get(2).equals("versions")) {
            throw notFound();
        }
        if (path.size() == 3) {
            return versions(request, subject);
        }
        requireLength(path, 4, 5);
        requireMethod(request, "GET");
        Version version = version(subject, path.get(3));
        if (path.size() == 4) {
            return SchemaJson.version(version);
        }
        if (path.get(4).equals("schema")) {
            return SchemaJson.text(version.schema());
        }
        throw notFound();
    }

    private JsonNode versions(RegistryRequest request, String subject) throws RegistryFault {
        if (request.method().equals("POST")) {
            if (request.body().path("id").asInt(-1) >= 0) {
                throw RegistryFault.notInImportMode(subject);
            }
            return JSON.objectNode().put("id", register.register(subject, candidate(request)));
        }
        requireMethod(request, "GET");
        ArrayNode numbers = JSON.arrayNode();
        register.versions(subject).forEach(version -> numbers.add(version.version()));
        return numbers;
    }

    /** Compatible with everything: a subject without versions, as Confluent's server answers. */
    private JsonNode compatibility(RegistryRequest request) throws RegistryFault {
        List<String> path = request.path();
        requireLength(path, 4, 5);
        if (!path.get(1).equals("subjects") || !path.get(3).equals("versions")) {
            throw notFound();
        }
        requireMethod(request, "POST");
        String subject = subject(path.get(2));
        boolean known = register.subjects().contains(subject);
        List<Version> against;
        if (path.size() == 4) {
            against = known ? register.versions(subject) : List.of();
        } else if (path.get(4).equals(LATEST) && !known) {
            against = List.of();
        } else {
            against = List.of(version(subject, path.get(4)));
        }
        List<String> differences = register.differences(subject, candidate(request), against);
        ObjectNode answer = JSON.objectNode().put("is_compatible", differences.isEmpty());
        if (request.flag("verbose")) {
            differences.forEach(answer.putArray("messages")::add);
        }
        return answer;
    }

    private JsonNode config(RegistryRequest request) throws RegistryFault {
        requireLength(request.path(), 1, 2);
        boolean global = request.path().size() == 1;
        String subject = global ? "" : subject(request.path().get(1));
        if (request.method().equals("PUT")) {
            String level = request.body().path("compatibility").asText("");
            if (global) {
                register.setDefaultLevel(level);
            } else {
                register.setLevel(subject, level);
            }
            return JSON.objectNode().put("compatibility", levelOf(subject, true));
        }
        requireMethod(request, "GET");
        return JSON.objectNode().put("compatibilityLevel", levelOf(subject, request.flag("defaultToGlobal")));
    }

    private String levelOf(String subject, boolean defaultToGlobal) throws RegistryFault {
        if (subject.isEmpty()) {
            return register.defaultLevel();
        }
        return register.level(subject)
                .or(() -> defaultToGlobal ? Optional.of(register.defaultLevel()) : Optional.empty())
                .orElseThrow(() -> RegistryFault.noSubjectLevel(subject, false));
    }

    private static JsonNode mode(RegistryRequest request) throws RegistryFault {
        requireLength(request.path(), 1, 2);
        requireMethod(request, "GET");
        if (request.path().size() == 2 && !request.flag("defaultToGlobal")) {
            throw RegistryFault.noSubjectLevel(subject(request.path().get(1)), true);
        }
        return JSON.objectNode().put("mode", "READWRITE");
    }

    private Version version(String subject, String text) throws RegistryFault {
        List<Version> versions;
        if (text.equals(LATEST) || text.equals("-1")) {
            versions = register.versions(subject);
            return versions.get(versions.size() - 1);
        }
        int number = parsePositive(text);
        if (number < 1) {
            throw RegistryFault.invalidVersion(text);
        }
        versions = register.versions(subject);
        if (number > versions.size()) {
            throw RegistryFault.versionNotFound(number);
        }
        return versions.get(number - 1);
    }

    private static Candidate candidate(RegistryRequest request) throws RegistryFault {
        JsonNode body = request.body();
        JsonNode schema = body.path("schema");
        if (!schema.isTextual() || schema.asText().isEmpty()) {
            throw RegistryFault.invalidSchema("member \"schema\" must be a non-empty string");
        }
        if (!body.path("metadata").isEmpty() || !body.path("ruleSet").isEmpty()) {
            throw RegistryFault.invalidSchema("metadata and rules are not supported by the embedded registry");
        }
        List<Reference> references = new ArrayList<>();
        for (JsonNode reference : body.path("references")) {
            references.add(new Reference(
                    reference.path("name").asText(),
                    reference.path("subject").asText(),
                    reference.path("version").asInt()));
        }
        String type = body.path("schemaType").asText("AVRO");
        return new Candidate(type, schema.asText(), references, request.flag("normalize"));
    }

    private static String subject(String name) throws RegistryFault {
        if (name.startsWith(":.") || name.equals(":*:")) {
            throw RegistryFault.invalidSubject("the embedded registry has no contexts");
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw RegistryFault.invalidSubject("it holds a control character");
        }
        return name;
    }

    private static int number(String text) throws RegistryFault {
        int number = parsePositive(text);
        if (number < 0) {
            throw notFound();
        }
        return number;
    }

    /** The number, or -1 if the text is not one between 0 and 2^31-1. */
    private static int parsePositive(String text) {
        try {
            return text.matches("[0-9]{1,10}") ? Integer.parseInt(text) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static void requireMethod(RegistryRequest request, String method) throws RegistryFault {
        if (!request.method().equals(method)) {
            throw RegistryFault.http(405, "HTTP 405 Method Not Allowed");
        }
    }

    private static void requireLength(List<String> path, int shortest, int longest) throws RegistryFault {
        if (path.size() < shortest || path.size() > longest) {
            throw notFound();
        }
    }

    private static RegistryFault notFound() {
        return RegistryFault.http(404, "HTTP 404 Not Found");
    }
}
