// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.confluent.kafka.schemaregistry.CompatibilityLevel;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.ParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.SimpleParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.entities.Schema;
import io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is registered: schemas by id, versions by subject, compatibility levels. Confluent's own in-memory client parses,
 * resolves references and decides compatibility; this class adds the rules of Confluent's server that the client leaves
 * out (compatibility on register, one version per distinct schema), and makes every change durable before it is seen.
 *
 * <p>Nothing is ever deleted: ids in the ledger must resolve for ever. Safe for use by several threads.
 */
final class SchemaRegister implements AutoCloseable {

    /** A schema as a version of a subject; ids and versions count from 1. */
    record Version(String subject, int version, int id, ParsedSchema schema) {}

    /** A schema as it was sent. */
    record Candidate(String schemaType, String text, List<Reference> references, boolean normalize) {
        Candidate {
            references = List.copyOf(references);
        }
    }

    /** The name under which a schema uses another, and where that is registered. */
    record Reference(String name, String subject, int version) {}

    private static final String AVRO = "AVRO";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final MockSchemaRegistryClient client;
    private final AvroSchemaProvider provider = new AvroSchemaProvider();
    private final SortedMap<String, List<Version>> subjects = new TreeMap<>();
    private final Map<Integer, ParsedSchema> schemas = new HashMap<>();
    private final Map<ParsedSchema, Integer> ids = new HashMap<>();
    private final Map<String, CompatibilityLevel> levels = new HashMap<>();
    private final RegistryLog log;
    private CompatibilityLevel defaultLevel = CompatibilityLevel.BACKWARD;

    /** Opens the register kept in the file. */
    SchemaRegister(Path file) {
        client = new MockSchemaRegistryClient(List.of(provider));
        RegistryLog.Opened opened = RegistryLog.open(file);
        log = opened.log();
        int line = 0;
        try {
            for (String text : opened.texts()) {
                line++;
                replay(JSON.readTree(text));
            }
        } catch (IOException | RegistryFault | RuntimeException e) {
            throw new EmbeddedException(
                    "Line " + line + " of " + file + " cannot be replayed: " + e.getMessage()
                            + ". It was written by another version of this program: use that one.",
                    e);
        }
    }

    /** The id under which the schema is registered; registers it if it is not a version of the subject yet. */
    synchronized int register(String subject, Candidate candidate) throws RegistryFault {
        ParsedSchema schema = parse(candidate);
        Optional<Version> existing = find(subject, schema);
        if (existing.isPresent()) {
            return existing.get().id();
        }
        List<String> differences = differences(subject, schema, versionsOrNone(subject));
        if (!differences.isEmpty()) {
            throw RegistryFault.incompatible(subject, differences.toString());
        }
        int id = ids.getOrDefault(schema, schemas.size() + 1);
        Version version = new Version(subject, versionsOrNone(subject).size() + 1, id, schema);
        append(registration(version));
        apply(version);
        return id;
    }

    /** The version of the subject that has this schema. */
    synchronized Version lookUp(String subject, Candidate candidate) throws RegistryFault {
        versions(subject);
        return find(subject, parse(candidate)).orElseThrow(RegistryFault::schemaNotFound);
    }

    synchronized ParsedSchema schema(int id) throws RegistryFault {
        ParsedSchema schema = schemas.get(id);
        if (schema == null) {
            throw RegistryFault.schemaNotFound(id);
        }
        return schema;
    }

    synchronized List<Version> versionsOfId(int id) throws RegistryFault {
        schema(id);
        return subjects.values().stream()
                .flatMap(List::stream)
                .filter(version -> version.id() == id)
                .toList();
    }

    synchronized List<String> subjects() {
        return List.copyOf(subjects.keySet());
    }

    /** All versions of the subject, oldest first; at least one. */
    synchronized List<Version> versions(String subject) throws RegistryFault {
        List<Version> versions = subjects.get(subject);
        if (versions == null) {
            throw RegistryFault.subjectNotFound(subject);
        }
        return List.copyOf(versions);
    }

    /** What makes the candidate incompatible with these versions under the subject's level; empty if nothing does. */
    synchronized List<String> differences(String subject, Candidate candidate, List<Version> versions)
            throws RegistryFault {
        return differences(subject, parse(candidate), versions);
    }

    private List<String> differences(String subject, ParsedSchema schema, List<Version> versions) {
        List<ParsedSchemaHolder> previous = new ArrayList<>();
        versions.forEach(version -> previous.add(new SimpleParsedSchemaHolder(version.schema())));
        return schema.isCompatible(levels.getOrDefault(subject, defaultLevel), previous);
    }

    synchronized String defaultLevel() {
        return defaultLevel.name();
    }

    synchronized Optional<String> level(String subject) {
        return Optional.ofNullable(levels.get(subject)).map(Enum::name);
    }

    synchronized void setDefaultLevel(String level) throws RegistryFault {
        setLevel(Optional.empty(), level);
    }

    synchronized void setLevel(String subject, String level) throws RegistryFault {
        setLevel(Optional.of(subject), level);
    }

    private void setLevel(Optional<String> subject, String name) throws RegistryFault {
        CompatibilityLevel level = CompatibilityLevel.forName(name);
        if (level == null) {
            throw RegistryFault.invalidCompatibility();
        }
        ObjectNode text = JSON.createObjectNode().put("op", "config").put("compatibility", level.name());
        subject.ifPresent(s -> text.put("subject", s));
        append(text);
        apply(subject, level);
    }

    private void apply(Optional<String> subject, CompatibilityLevel level) {
        if (subject.isPresent()) {
            levels.put(subject.get(), level);
        } else {
            defaultLevel = level;
        }
    }

    private ParsedSchema parse(Candidate candidate) throws RegistryFault {
        if (!AVRO.equals(candidate.schemaType())) {
            throw RegistryFault.invalidSchema("the only schema type here is AVRO");
        }
        List<SchemaReference> references = candidate.references().stream()
                .map(r -> new SchemaReference(r.name(), r.subject(), r.version()))
                .toList();
        for (Reference reference : candidate.references()) {
            requireVersion(reference);
        }
        Schema sent = new Schema(null, null, null, AVRO, references, candidate.text());
        try {
            return provider.parseSchemaOrElseThrow(sent, true, candidate.normalize());
        } catch (RuntimeException e) {
            throw RegistryFault.invalidSchema(String.valueOf(e.getMessage()));
        }
    }

    private void requireVersion(Reference reference) throws RegistryFault {
        if (reference.version() < 1
                || reference.version() > versionsOrNone(reference.subject()).size()) {
            throw RegistryFault.invalidSchema(
                    "no version " + reference.version() + " of the referenced subject '" + reference.subject() + "'");
        }
    }

    private List<Version> versionsOrNone(String subject) {
        return subjects.getOrDefault(subject, List.of());
    }

    private Optional<Version> find(String subject, ParsedSchema schema) {
        return versionsOrNone(subject).stream()
                .filter(version -> version.schema().references().equals(schema.references()))
                .filter(version -> version.schema().canonicalString().equals(schema.canonicalString())
                        || version.schema().equivalent(schema))
                .findFirst();
    }

    private void apply(Version version) {
        try {
            client.register(version.subject(), version.schema(), version.version(), version.id());
        } catch (IOException | RestClientException e) {
            throw new IllegalStateException("the in-memory client refused a schema it had parsed", e);
        }
        schemas.put(version.id(), version.schema());
        ids.putIfAbsent(version.schema(), version.id());
        subjects.computeIfAbsent(version.subject(), s -> new ArrayList<>()).add(version);
    }

    private void append(ObjectNode text) throws RegistryFault {
        try {
            log.append(JSON.writeValueAsString(text));
        } catch (IOException e) {
            throw RegistryFault.store(String.valueOf(e.getMessage()));
        }
    }

    private static ObjectNode registration(Version version) {
        ObjectNode text = JSON.createObjectNode()
                .put("op", "register")
                .put("subject", version.subject())
                .put("version", version.version())
                .put("id", version.id())
                .put("schemaType", version.schema().schemaType())
                .put("schema", version.schema().canonicalString());
        ArrayNode references = text.putArray("references");
        version.schema().references().forEach(reference -> references
                .addObject()
                .put("name", reference.getName())
                .put("subject", reference.getSubject())
                .put("version", reference.getVersion()));
        return text;
    }

    private void replay(JsonNode text) throws RegistryFault, JsonProcessingException {
        String op = text.path("op").asText();
        if (op.equals("config")) {
            CompatibilityLevel level =
                    CompatibilityLevel.forName(text.path("compatibility").asText());
            if (level == null) {
                throw RegistryFault.invalidCompatibility();
            }
            apply(Optional.ofNullable(text.get("subject")).map(JsonNode::asText), level);
        } else if (op.equals("register")) {
            replayRegistration(text);
        } else {
            throw RegistryFault.store("unknown operation '" + op + "'");
        }
    }

    private void replayRegistration(JsonNode text) throws RegistryFault {
        List<Reference> references = new ArrayList<>();
        text.path("references")
                .forEach(r -> references.add(new Reference(
                        r.path("name").asText(),
                        r.path("subject").asText(),
                        r.path("version").asInt())));
        ParsedSchema schema = parse(new Candidate(
                text.path("schemaType").asText(), text.path("schema").asText(), references, false));
        Version version = new Version(
                text.path("subject").asText(),
                text.path("version").asInt(),
                text.path("id").asInt(),
                schema);
        if (version.version() != versionsOrNone(version.subject()).size() + 1) {
            throw RegistryFault.store("version " + version.version() + " does not follow the one before it");
        }
        apply(version);
    }

    @Override
    public synchronized void close() {
        try {
            log.close();
        } catch (IOException e) {
            throw new EmbeddedException("The registry's file cannot be closed: " + e + ". Check the disk.", e);
        }
    }
}
