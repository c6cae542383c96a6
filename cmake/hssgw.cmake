# How our own code is built: warnings are errors, third party headers are SYSTEM.
include(GoogleTest)

add_library(hssgw_options INTERFACE)
target_compile_options(hssgw_options INTERFACE
  -Wall -Wextra -Wno-missing-field-initializers -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Werror
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety -Wno-c99-designator>)

# hssgw_library(NAME SOURCES... HEADERS... DEPS...): one static library a folder,
# hssgw::NAME.
function(hssgw_library name)
  cmake_parse_arguments(ARG "" "" "HEADERS;SOURCES;DEPS" ${ARGN})
  add_library(hssgw_${name} STATIC)
  add_library(hssgw::${name} ALIAS hssgw_${name})
  target_sources(hssgw_${name} PRIVATE ${ARG_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ARG_HEADERS})
  target_link_libraries(hssgw_${name} PUBLIC ${ARG_DEPS} PRIVATE $<BUILD_INTERFACE:hssgw_options>)
endfunction()

# hssgw_program(NAME SOURCES... DEPS...): an executable in build/<preset>/bin.
function(hssgw_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} hssgw_options)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# hssgw_test(NAME LABEL unit|rpc|e2e|fuzz DEPS...): NAME.cc becomes one program,
# each of its cases one ctest. Tests read tests/data through HSSGW_TEST_DATA.
function(hssgw_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${name}.cc ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main hssgw_options)
  target_compile_definitions(${name} PRIVATE HSSGW_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
    PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT 120)
endfunction()
