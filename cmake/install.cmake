# What a program that calls the gateway takes from an installation:
#   find_package(hss_gateway REQUIRED)
#   target_link_libraries(mine PRIVATE hssgw::client)   # or hssgw::stubs alone
include(CMakePackageConfigHelpers)

set(HSSGW_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/hss_gateway)
set(HSSGW_EXPORTED messages stubs vendor_protos vendor_stubs client)
set(targets "")
foreach(name ${HSSGW_EXPORTED})
  set_target_properties(hssgw_${name} PROPERTIES EXPORT_NAME ${name})
  list(APPEND targets hssgw_${name})
endforeach()

install(TARGETS hss-gateway hssctl RUNTIME)
install(TARGETS ${targets} EXPORT hss_gateway_targets ARCHIVE FILE_SET HEADERS)
install(DIRECTORY ${PROJECT_BINARY_DIR}/proto/gen/ TYPE INCLUDE
  FILES_MATCHING PATTERN "*.h")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/proto/hss
  DESTINATION ${CMAKE_INSTALL_DATADIR}/hss-gateway/proto
  FILES_MATCHING PATTERN "*.proto")
install(EXPORT hss_gateway_targets NAMESPACE hssgw:: DESTINATION ${HSSGW_PACKAGE_DIR})

file(WRITE ${PROJECT_BINARY_DIR}/hss_gateway-config.cmake
[[include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(absl)
find_dependency(Protobuf)
find_dependency(gRPC)
include(${CMAKE_CURRENT_LIST_DIR}/hss_gateway_targets.cmake)
]])
write_basic_package_version_file(${PROJECT_BINARY_DIR}/hss_gateway-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/hss_gateway-config.cmake
              ${PROJECT_BINARY_DIR}/hss_gateway-config-version.cmake
  DESTINATION ${HSSGW_PACKAGE_DIR})
