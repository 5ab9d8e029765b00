package dev.orderflow.dev.executables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/** Its JSON is registered, one type in it is not. */
class Unregistered {

    @RegisterForReflection
    record Whole(List<Piece> pieces) {}

    record Piece(String name) {}

    String json(ObjectMapper json) throws JsonProcessingException {
        return json.writeValueAsString(new Whole(List.of(new Piece("x"))));
    }
}
